package io.github.gracefulshutdown.autoconfigure;

import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;

/**
 * End of one request as its server sees it, at which its permit is given back. It comes
 * after that of all filters, because errors that these let pass are answered when they
 * have left. Whoever tells of it puts one into each request.
 */
public final class RequestEnd {

	/** Name of the attribute that a servlet request has it in. */
	public static final String REQUEST_ATTRIBUTE = RequestEnd.class.getName();

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
