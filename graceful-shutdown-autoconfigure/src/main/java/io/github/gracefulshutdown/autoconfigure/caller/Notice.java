package io.github.gracefulshutdown.autoconfigure.caller;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says of the instance that gave it: that it leaves.
 *
 * @param refused whether the request was refused and not executed
 * @param id the identifier of the instance that is spoken of
 */
record Notice(boolean refused, @Nullable String id) {

	/**
	 * Reads the marker of an answer.
	 * @param marker the marker, if there is one
	 * @param id the identifier beside it, if there is one
	 * @param refusal whether all else of the answer is that of a refusal of the request
	 * @return the notice, or {@code null} if the answer has none
	 */
	static @Nullable Notice of(@Nullable String marker, @Nullable String id, boolean refusal) {
		if (RequestAdmission.MARKER_REJECTED.equals(marker)) {
			return new Notice(refusal, id);
		}
		return RequestAdmission.MARKER_LAME_DUCK.equals(marker) ? new Notice(false, id) : null;
	}

	/** Another's is forged, or was passed on by whoever was called. */
	boolean speaksOf(CalledInstance called) {
		return called.id() == null || called.id().equals(this.id);
	}

}
