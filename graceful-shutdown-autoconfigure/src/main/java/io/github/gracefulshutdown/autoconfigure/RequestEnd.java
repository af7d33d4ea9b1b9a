package io.github.gracefulshutdown.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * End of one request as its server sees it, asynchronous or not, at which its permit is
 * given back. It comes after that of all filters, because errors that these let pass are
 * answered when they have left, and in each case: a request whose listeners are not told
 * of its end counts no longer than any other. Whoever tells of it puts one into each
 * request.
 */
public final class RequestEnd {

	/** Name of the attribute that a servlet request has it in. */
	public static final String REQUEST_ATTRIBUTE = RequestEnd.class.getName();

	private volatile @Nullable Runnable action;

	private volatile boolean reached;

	/**
	 * Acts at the end, at once if that has come already.
	 * @param action the only one, which may run twice in that case
	 */
	public void whenReached(Runnable action) {
		this.action = action;
		if (this.reached) { // read after the action was written
			action.run();
		}
	}

	/** Returns whether the end has come, though the server may still be tidying up. */
	public boolean isReached() {
		return this.reached;
	}

	/** Tells that the end has come. */
	public void reach() {
		this.reached = true;
		Runnable due = this.action;
		if (due != null) {
			due.run();
		}
	}

}
