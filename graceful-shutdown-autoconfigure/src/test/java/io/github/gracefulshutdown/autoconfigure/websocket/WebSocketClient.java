package io.github.gracefulshutdown.autoconfigure.websocket;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/** A WebSocket client that keeps what it receives. */
final class WebSocketClient implements WebSocket.Listener {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private final Queue<String> received = new ConcurrentLinkedQueue<>();

	private final CompletableFuture<Integer> closed = new CompletableFuture<>();

	private volatile long closedNanos;

	private @Nullable WebSocket webSocket;

	private final boolean reading;

	private WebSocketClient(boolean reading) {
		this.reading = reading;
	}

	static WebSocketClient connect(int port, String path) throws Exception {
		return connectAsync(port, path).get(10, TimeUnit.SECONDS);
	}

	static CompletableFuture<WebSocketClient> connectAsync(int port, String path) {
		return connectAsync(port, path, new WebSocketClient(true));
	}

	/** Connects a client that reads nothing before {@link #read()}. */
	static WebSocketClient connectWithoutReading(int port, String path) throws Exception {
		return connectAsync(port, path, new WebSocketClient(false)).get(10, TimeUnit.SECONDS);
	}

	private static CompletableFuture<WebSocketClient> connectAsync(int port, String path, WebSocketClient client) {
		return CLIENT.newWebSocketBuilder()
			.buildAsync(URI.create("ws://localhost:" + port + path), client)
			.thenApply((webSocket) -> {
				client.webSocket = webSocket;
				return client;
			});
	}

	WebSocket webSocket() {
		WebSocket current = this.webSocket;
		if (current == null) {
			throw new IllegalStateException("Not connected");
		}
		return current;
	}

	/** Begins to read. */
	void read() {
		webSocket().request(1);
	}

	void send(String text) throws Exception {
		webSocket().sendText(text, true).get(10, TimeUnit.SECONDS);
	}

	/** Returns the whole messages, with "closed" at their end if there was one. */
	Queue<String> received() {
		return this.received;
	}

	/** Returns the code of the close frame, or fails if the connection was cut. */
	int awaitClose() throws Exception {
		return this.closed.get(15, TimeUnit.SECONDS);
	}

	CompletableFuture<Integer> closed() {
		return this.closed;
	}

	long closedNanos() {
		return this.closedNanos;
	}

	@Override
	public void onOpen(WebSocket webSocket) {
		if (this.reading) {
			webSocket.request(1);
		}
	}

	@Override
	public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
		this.received.add(data.toString());
		webSocket.request(1);
		return null;
	}

	@Override
	public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
		this.closedNanos = System.nanoTime();
		this.received.add("closed");
		this.closed.complete(statusCode);
		return null; // and the frame is answered
	}

	@Override
	public void onError(WebSocket webSocket, Throwable error) {
		this.closed.completeExceptionally(error);
	}

}
