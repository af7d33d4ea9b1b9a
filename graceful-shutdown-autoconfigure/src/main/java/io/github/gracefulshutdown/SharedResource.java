package io.github.gracefulshutdown;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Resource that many use and that is closed when the last of them has given it back, such
 * as a client or an index that work in the background shares with requests.
 * <ul>
 * <li>It is not closed while somebody holds a lease, and nobody gets one once its release
 * has begun.</li>
 * <li>It is closed once, however often it is released.</li>
 * <li>A release that waits says so after a second, with who is waited for.</li>
 * <li>Who comes too late gets an exception with where that is and where the resource was
 * released, which is logged too.</li>
 * </ul>
 * As a bean it is released with the other {@linkplain TeardownResource resources}. Safe
 * for use by many threads.
 *
 * @param <T> the type of the resource
 */
public final class SharedResource<T> implements TeardownResource {

	private static final Logger logger = System.getLogger(SharedResource.class.getName());

	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private static final String KIND = "resource";

	private final String name;

	private final T resource;

	private final Closer<? super T> closer;

	// Its permits are the leases.
	private final DrainGate gate = new DrainGate();

	private final AtomicReference<@Nullable Throwable> released = new AtomicReference<>();

	private final AtomicBoolean closed = new AtomicBoolean();

	private SharedResource(String name, T resource, Closer<? super T> closer) {
		this.name = name;
		this.resource = resource;
		this.closer = closer;
	}

	/**
	 * Shares a resource that can be closed.
	 * @param <T> the type of the resource
	 * @param name what it is called in the log
	 * @param resource the resource, which nobody else closes
	 * @return the shared resource
	 */
	public static <T extends AutoCloseable> SharedResource<T> of(String name, T resource) {
		return new SharedResource<>(name, resource, AutoCloseable::close);
	}

	/**
	 * Shares a resource.
	 * @param <T> the type of the resource
	 * @param name what it is called in the log
	 * @param resource the resource, which nobody else closes
	 * @param closer how it is closed
	 * @return the shared resource
	 */
	public static <T> SharedResource<T> of(String name, T resource, Closer<? super T> closer) {
		return new SharedResource<>(name, resource, closer);
	}

	/**
	 * Takes the resource, to be given back by closing the lease.
	 * @return the lease
	 * @throws ResourceReleasedException if the release has begun
	 */
	public Lease<T> acquire() {
		Permit permit = this.gate.tryEnter(KIND, this.name);
		if (permit == null) {
			ResourceReleasedException late = new ResourceReleasedException(this.name, this.released.get());
			logger.log(Level.WARNING, late.getMessage(), late);
			throw late;
		}
		return new Lease<>(this.resource, permit);
	}

	/**
	 * Waits until nobody holds the resource and closes it. Has no effect if it is closed.
	 * @throws InterruptedException if the thread is interrupted while somebody holds the
	 * resource, which is not closed then
	 * @throws Exception if closing it fails
	 */
	@Override
	public void release() throws Exception {
		this.released.compareAndSet(null, new Throwable("'%s' was released here".formatted(this.name)));
		this.gate.close();
		long startNanos = System.nanoTime();
		awaitUsers();
		if (this.closed.compareAndSet(false, true)) {
			this.closer.close(this.resource);
			logger.log(Level.INFO, "Released ''{0}'' after {1} ms", this.name,
					TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
		}
	}

	private void awaitUsers() throws InterruptedException, ExecutionException {
		CompletableFuture<Void> unused = this.gate.drained();
		try {
			unused.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			logger.log(Level.WARNING, "The release of ''{0}'' waits for {1}", this.name, users());
			unused.get();
		}
	}

	private List<String> users() {
		return this.gate.workInFlight()
			.stream()
			.map((user) -> "thread %s, which has had it for %d ms".formatted(user.thread().getName(),
					user.age().toMillis()))
			.toList();
	}

	/**
	 * Closes a resource.
	 *
	 * @param <T> the type of the resource
	 */
	@FunctionalInterface
	public interface Closer<T> {

		/**
		 * Closes the resource. Called once.
		 * @param resource the resource
		 * @throws Exception if it fails
		 */
		void close(T resource) throws Exception;

	}

	/**
	 * Right to use a resource until it is closed.
	 *
	 * @param <T> the type of the resource
	 */
	public static final class Lease<T> implements AutoCloseable {

		private final T resource;

		private final Permit permit;

		private Lease(T resource, Permit permit) {
			this.resource = resource;
			this.permit = permit;
		}

		/**
		 * Returns the resource, which must not be used after the close of the lease.
		 * @return the resource
		 */
		public T get() {
			return this.resource;
		}

		/** Gives the resource back. Closing a lease twice counts once. */
		@Override
		public void close() {
			this.permit.close();
		}

	}

}
