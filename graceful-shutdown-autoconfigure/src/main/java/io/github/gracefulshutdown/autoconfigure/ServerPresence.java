package io.github.gracefulshutdown.autoconfigure;

import java.util.concurrent.CompletableFuture;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * Knows whether a server brings requests to this application: one of its own, or the
 * container that it was deployed to. Tests without one have nobody to say goodbye to, and
 * nothing ends their requests. Safe for use by many threads.
 */
public final class ServerPresence implements SmartApplicationListener {

	// What the tests of Spring have in place of a server, its requests, and its context.
	private static final String MOCKS = "org.springframework.mock.";

	// The start of a server that is not the web server. It is not in the same package
	// in all lines of Spring Boot.
	private static final String RSOCKET = "RSocketServerInitializedEvent";

	private final ApplicationContext context;

	private final CompletableFuture<Void> unmapped = new CompletableFuture<>();

	private volatile boolean seen;

	ServerPresence(ApplicationContext context) {
		this.context = context;
	}

	/** Notes that a server runs that the context does not know of. */
	public void started() {
		this.seen = true;
	}

	/**
	 * Returns whether the request comes from a server, which ends it in each case.
	 * @param request the request as the server has made it, without what wraps it
	 * @return {@code false} if a test has made it up
	 */
	public boolean brings(Object request) {
		if (isMock(request)) {
			return false;
		}
		if (!this.seen) {
			this.seen = true;
		}
		return true;
	}

	/** Returns whether there is a server. */
	boolean isThere() {
		return this.seen || EmbeddedServer.isIn(this.context) || isInContainer();
	}

	private boolean isInContainer() {
		if (EmbeddedServer.isIn(this.context)) {
			return false;
		}
		Object servletContext = EmbeddedServer.get(this.context, "getServletContext");
		return servletContext != null && !isMock(servletContext);
	}

	private static boolean isMock(Object object) {
		for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
			if (type.getName().startsWith(MOCKS)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Returns what completes when the container sends no more requests. It does not
	 * before it closes the application. Dependents are the caller's.
	 */
	CompletableFuture<Void> unmapped() {
		return this.unmapped.copy();
	}

	/** Notes that the context closes, before the drain for that begins. */
	void contextCloses() {
		if (isInContainer()) {
			this.unmapped.complete(null);
		}
	}

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
		return eventType.getSimpleName().equals(RSOCKET);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		started();
	}

}
