package io.github.gracefulshutdown.sample.load;

/** The kinds of requests, each with its share of the load. */
public enum Kind {

	/** A synchronous HTTP request. */
	GET("GET", 5),

	/** The same, but not idempotent. */
	POST("POST", 5),

	/** An HTTP request answered by another thread. */
	ASYNC("GET async", 2),

	/** An HTTP response written in chunks. */
	STREAM("GET stream", 1),

	/** A unary gRPC call. */
	UNARY("gRPC unary", 5),

	/** A server-streaming gRPC call. */
	SERVER_STREAM("gRPC stream", 1),

	/** A bidirectional gRPC call. */
	BIDIRECTIONAL("gRPC bidi", 1);

	private final String label;

	private final int weight;

	Kind(String label, int weight) {
		this.label = label;
		this.weight = weight;
	}

	int weight() {
		return this.weight;
	}

	@Override
	public String toString() {
		return this.label;
	}

}
