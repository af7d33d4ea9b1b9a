package io.github.gracefulshutdown.sample.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.sample.process.Instance;
import org.awaitility.Awaitility;

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
	 * Waits until the callers know of the instance. A client of Eureka whose registration
	 * fails tries again after 30 s.
	 */
	public void awaitInstance(Instance instance) {
		Awaitility.await("callers know " + instance).atMost(Duration.ofSeconds(60)).until(() -> know(instance));
	}

	/**
	 * {@return whether requests may go to the instance}
	 */
	public boolean know(Instance instance) {
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
