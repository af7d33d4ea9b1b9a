package io.github.gracefulshutdown.sample.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.sample.process.Instance;

/**
 * Everybody who calls the sample: each request goes to the next instance they know of.
 */
public final class Callers implements Caller, AutoCloseable {

	// A request that takes longer hangs; a machine with much to do needs some of it.
	static final Duration TIMEOUT = Duration.ofSeconds(30);

	private final HttpCaller http = new HttpCaller();

	private final GrpcCaller grpc = new GrpcCaller();

	private final AtomicInteger next = new AtomicInteger();

	private volatile List<Instance> instances;

	public Callers(Instance... instances) {
		this.instances = List.of(instances);
	}

	/** Tells the callers which instances there are from now on. */
	public void follow(List<Instance> instances) {
		this.instances = List.copyOf(instances);
		this.grpc.retain(instances);
	}

	/**
	 * {@return whether requests may go to the instance}
	 */
	boolean know(Instance instance) {
		return this.instances.contains(instance);
	}

	@Override
	public Outcome send(Call call) throws InterruptedException {
		List<Instance> candidates = this.instances;
		if (candidates.isEmpty()) {
			return Outcome.of(Outcome.Type.OTHER, "No instance");
		}
		Instance instance = candidates.get(Math.floorMod(this.next.getAndIncrement(), candidates.size()));
		return switch (call.kind()) {
			case GET, POST, ASYNC, STREAM -> this.http.send(call, instance);
			case UNARY, SERVER_STREAM, BIDIRECTIONAL -> this.grpc.send(call, instance);
		};
	}

	@Override
	public void close() {
		this.grpc.close();
		try {
			this.http.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
