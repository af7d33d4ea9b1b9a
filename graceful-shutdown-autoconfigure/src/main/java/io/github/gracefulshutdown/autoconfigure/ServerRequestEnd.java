package io.github.gracefulshutdown.autoconfigure;

import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;

/**
 * End of a servlet request as its server sees it, at which its permit is given back. It
 * comes after that of all filters, because the server writes error pages when these have
 * left. A server that tells of it puts one into each request.
 */
public final class ServerRequestEnd {

	/** Name of the attribute that a servlet request has it in. */
	public static final String REQUEST_ATTRIBUTE = ServerRequestEnd.class.getName();

	private volatile @Nullable Permit permit;

	private volatile boolean reached;

	/**
	 * Gives the permit back at the end, at once if that has come already.
	 * @param permit the permit of the request
	 */
	public void hold(Permit permit) {
		this.permit = permit;
		if (this.reached) { // read after the permit was written
			permit.close();
		}
	}

	/** Tells that the end has come. */
	public void reach() {
		this.reached = true;
		Permit held = this.permit;
		if (held != null) {
			held.close();
		}
	}

}
