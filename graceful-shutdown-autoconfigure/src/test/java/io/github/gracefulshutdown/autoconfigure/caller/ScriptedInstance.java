package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;

/** An instance on a real port that answers as it is told, and keeps what it executes. */
final class ScriptedInstance implements AutoCloseable {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final HttpServer server;

	private final List<String> executed = new CopyOnWriteArrayList<>();

	private final List<Headers> received = new CopyOnWriteArrayList<>();

	private final AtomicInteger calls = new AtomicInteger();

	private volatile String id;

	private volatile Answer answer = Answer.SERVES;

	private volatile @Nullable Redirect redirect;

	ScriptedInstance(String id) throws IOException {
		this.id = id;
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(this.threads);
		this.server.createContext("/", this::answer);
		this.server.start();
	}

	ScriptedInstance that(Answer answer) {
		this.answer = answer;
		return this;
	}

	/** Has every call that is executed answered with a redirect. */
	ScriptedInstance thatRedirects(int status, String location) {
		this.redirect = new Redirect(status, location, this.answer);
		return this;
	}

	/** Has a call executed and answered with a redirect to itself, and refuses that. */
	ScriptedInstance thatRedirectsAndRefuses(int status) {
		this.redirect = new Redirect(status, "http://localhost:" + port() + "/elsewhere", Answer.REFUSES);
		return this;
	}

	/** Begins a life as the one that replaces this. */
	void restart(String id) {
		this.id = id;
		this.answer = Answer.SERVES;
	}

	/** Returns the instance as a registry tells of it that knows its identifier. */
	ServiceInstance registered(String service) {
		return instance(service, Map.of("graceful-shutdown-instance", this.id));
	}

	/** Returns the instance as a list tells of it that knows its address alone. */
	ServiceInstance listed(String service) {
		return instance(service, Map.of());
	}

	int port() {
		return this.server.getAddress().getPort();
	}

	private ServiceInstance instance(String service, Map<String, String> metadata) {
		int port = port();
		return new DefaultServiceInstance(service + "-" + port, service, "localhost", port, false, metadata);
	}

	/** Returns how many requests have come. */
	int calls() {
		return this.calls.get();
	}

	/** Returns the requests that were executed, as method and body. */
	List<String> executed() {
		return this.executed;
	}

	List<Headers> received() {
		return this.received;
	}

	private void answer(HttpExchange exchange) throws IOException {
		this.calls.incrementAndGet();
		this.received.add(exchange.getRequestHeaders());
		Answer now = this.answer;
		String body = (now != Answer.REFUSES_AT_ONCE)
				? new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8) : "";
		if (now.executes) {
			this.executed.add((exchange.getRequestMethod() + " " + body).trim());
		}
		if (now == Answer.BREAKS_OFF) {
			exchange.close(); // without an answer
			return;
		}
		Redirect redirect = this.redirect;
		if (redirect != null && now.executes) {
			this.answer = redirect.followedBy;
			exchange.getResponseHeaders().set("Location", redirect.location);
			exchange.sendResponseHeaders(redirect.status, -1);
			exchange.close();
			return;
		}
		if (now.marker != null) {
			exchange.getResponseHeaders().set("Graceful-Shutdown", now.marker);
			exchange.getResponseHeaders().set("Graceful-Shutdown-Instance", now.forges ? "another" : this.id);
			if (now.status == 503) {
				exchange.getResponseHeaders().set("Graceful-Shutdown-Method", exchange.getRequestMethod());
			}
		}
		byte[] answer = ("answered by " + this.id).getBytes(StandardCharsets.UTF_8);
		exchange.sendResponseHeaders(now.status, answer.length);
		exchange.getResponseBody().write(answer);
		exchange.getResponseBody().flush(); // the rest of the body may be on its way
		exchange.close();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	private record Redirect(int status, String location, Answer followedBy) {

	}

	enum Answer {

		SERVES(true, 200, null, false), LAME_DUCK(true, 200, "lame-duck", false),
		REFUSES(false, 503, "rejected", false), REFUSES_AT_ONCE(false, 503, "rejected", false),
		FORGES(true, 503, "rejected", true), FORGES_LAME_DUCK(true, 200, "lame-duck", true),
		FAILS(true, 503, null, false), BREAKS_OFF(true, 0, null, false);

		private final boolean executes;

		private final int status;

		private final @Nullable String marker;

		private final boolean forges;

		Answer(boolean executes, int status, @Nullable String marker, boolean forges) {
			this.executes = executes;
			this.status = status;
			this.marker = marker;
			this.forges = forges;
		}

	}

}
