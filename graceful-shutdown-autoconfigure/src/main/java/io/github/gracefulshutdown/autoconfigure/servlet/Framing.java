package io.github.gracefulshutdown.autoconfigure.servlet;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/** How a response is made up of pieces that its client takes as wholes. */
enum Framing {

	/** Events, each with an empty line at its end; a comment may stand between them. */
	EVENTS(": this instance is going away\n\n"),

	/** A document a line. */
	LINES(""),

	/** Something that is not known. */
	NONE("");

	private final String lastWords;

	Framing(String lastWords) {
		this.lastWords = lastWords;
	}

	static Framing of(@Nullable String contentType) {
		String type = (contentType != null) ? contentType.toLowerCase(Locale.ROOT) : "";
		if (type.startsWith("text/event-stream")) {
			return EVENTS;
		}
		return type.contains("json") ? LINES : NONE;
	}

	/** Returns what can be said between two pieces without being taken for one. */
	String lastWords() {
		return this.lastWords;
	}

	/**
	 * Returns whether a piece has ended, and so none is half written.
	 * @param tail the last four bytes written, of which the last is the lowest, and zeros
	 * if there were less
	 */
	boolean isBetweenPieces(int tail) {
		return switch (this) {
			case EVENTS -> tail == 0 || (tail & 0xFFFF) == 0x0A0A || (tail & 0xFFFF) == 0x0D0D || tail == 0x0D0A0D0A;
			case LINES -> tail == 0 || (tail & 0xFF) == 0x0A;
			case NONE -> true;
		};
	}

}
