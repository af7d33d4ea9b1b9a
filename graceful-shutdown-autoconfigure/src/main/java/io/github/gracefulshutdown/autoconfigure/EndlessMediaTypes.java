package io.github.gracefulshutdown.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** Responses that do not end by themselves because of their media type. */
final class EndlessMediaTypes implements EndlessResponses {

	private final List<String> mediaTypes;

	/**
	 * Creates the responses.
	 * @param mediaTypes media types without parameters
	 */
	EndlessMediaTypes(List<String> mediaTypes) {
		this.mediaTypes = List.copyOf(mediaTypes);
	}

	/** Compares without parsing: it is called for each response. */
	@Override
	public boolean contains(String path, @Nullable String contentType) {
		if (contentType == null) {
			return false;
		}
		for (String mediaType : this.mediaTypes) {
			int length = mediaType.length();
			if (contentType.regionMatches(true, 0, mediaType, 0, length) && isEnd(contentType, length)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isEnd(String contentType, int index) {
		return contentType.length() == index || contentType.charAt(index) == ';' || contentType.charAt(index) == ' ';
	}

}
