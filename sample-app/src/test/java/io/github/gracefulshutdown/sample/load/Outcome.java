package io.github.gracefulshutdown.sample.load;

/**
 * What became of a request, as its caller sees it.
 *
 * @param type the kind of outcome
 * @param detail the words of the answer or of the exception
 */
public record Outcome(Type type, String detail) {

	static final Outcome OK = new Outcome(Type.OK, "");

	static Outcome of(Type type, Object detail) {
		return new Outcome(type, detail.toString());
	}

	/** The kinds of outcomes. All but the first are losses. */
	public enum Type {

		/** Complete answer. */
		OK,

		/** Refused by the starter with the promise that it was not executed. */
		REJECTED,

		/** Connection refused. */
		REFUSED,

		/** Connection reset, closed or lost. */
		CLOSED,

		/** No answer in time. */
		TIMEOUT,

		/** Any other status, an incomplete answer, or nobody to send it to. */
		OTHER

	}

}
