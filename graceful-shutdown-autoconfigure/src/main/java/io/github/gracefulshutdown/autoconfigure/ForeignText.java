package io.github.gracefulshutdown.autoconfigure;

/**
 * Text that somebody outside has made up, such as the path of a request, fit to be
 * written to a log or shown to a person: in one line of printable ASCII, and not longer
 * than people read. What needs no change is not copied, for most of it is made with each
 * request and read by nobody.
 */
public final class ForeignText {

	static final int LIMIT = 200;

	private static final int METHOD_LIMIT = 20;

	private static final String CUT = "...";

	private ForeignText() {
	}

	/**
	 * Returns the description of a request.
	 * @param method the method of the request
	 * @param path the path as it was sent
	 * @return the method and the {@linkplain #path(String) path}
	 */
	public static String request(String method, String path) {
		return escape(method, METHOD_LIMIT) + " " + path(path);
	}

	/**
	 * Returns a path without its parameters, one of which is the identifier of a session,
	 * and without its query.
	 * @param path the path as it was sent
	 * @return the path to be shown
	 */
	public static String path(String path) {
		return of(isPlain(path) ? path : withoutParameters(path));
	}

	/**
	 * Returns a text in which what cannot be printed, or is not ASCII, is escaped as in
	 * Java, and that is cut if it is too long.
	 * @param text the text as it came
	 * @return the text to be shown
	 */
	public static String of(String text) {
		return escape(text, LIMIT);
	}

	private static boolean isPlain(String path) {
		for (int i = 0; i < path.length(); i++) {
			if (isParameters(path, i) || isQuery(path.charAt(i))) {
				return false;
			}
		}
		return true;
	}

	/** One who encodes twice means the same, and it is as secret. */
	private static boolean isParameters(String path, int index) {
		return path.charAt(index) == ';' || (path.charAt(index) == '%' && path.regionMatches(true, index, "%3B", 0, 3));
	}

	private static boolean isQuery(char character) {
		return character == '?' || character == '#';
	}

	private static String withoutParameters(String path) {
		StringBuilder rest = new StringBuilder();
		boolean skips = false;
		for (int i = 0; i < path.length() && !isQuery(path.charAt(i)); i++) {
			skips = path.charAt(i) != '/' && (skips || isParameters(path, i));
			if (!skips) {
				rest.append(path.charAt(i));
			}
		}
		return rest.toString();
	}

	private static String escape(String text, int limit) {
		if (text.length() <= limit && isPrintable(text)) {
			return text;
		}
		StringBuilder escaped = new StringBuilder();
		for (int i = 0; i < text.length(); i++) {
			char next = text.charAt(i);
			String shown = isPrintable(next) ? String.valueOf(next) : "\\u%04x".formatted((int) next);
			if (escaped.length() + shown.length() > limit) {
				return escaped.append(CUT).toString();
			}
			escaped.append(shown);
		}
		return escaped.toString();
	}

	private static boolean isPrintable(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (!isPrintable(text.charAt(i))) {
				return false;
			}
		}
		return true;
	}

	private static boolean isPrintable(char character) {
		return character >= ' ' && character < 0x7f;
	}

}
