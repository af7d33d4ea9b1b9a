package io.github.gracefulshutdown.autoconfigure.netty;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.gracefulshutdown.autoconfigure.UploadProgress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.websocket.WebsocketInbound;

/**
 * A connection of Reactor Netty, and what it is doing. It is in front of all that makes
 * requests of bytes. All but the event loop is used on the thread of that.
 */
final class NettyConnection extends ChannelDuplexHandler {

	/** Name of this handler in the pipeline. */
	static final String NAME = "gracefulShutdownConnection";

	/** What a connection is doing. */
	enum State {

		/** Waits for a request, of which nothing has come for a while. */
		IDLE,

		/** Has got a part of a request, whose rest takes longer than we wait. */
		STALLED,

		/** Has got a part of a request, or is about to. */
		BUSY,

		/** Belongs to a handler, or to another protocol. */
		HANDED_OVER,

		/** Is closed, or will be when the client has read to its end. */
		CLOSED

	}

	// For how long we wait for a client to come to the end of what it has begun: a TLS
	// handshake, the first request of its connection, or the head of a request; and to
	// close its half of the connection when we have closed ours.
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	// How long a connection has to be silent after its last response, and after the begin
	// of the drain, before it counts as idle: one that is in use, or that a client has
	// just taken out of its pool, gets its next request within that time, and with the
	// refusal it is told to leave.
	private static final Duration SILENCE = Duration.ofMillis(100);

	private final Channel channel;

	private final BooleanSupplier leaving;

	private long lastNanos = System.nanoTime();

	private long received;

	private @Nullable UploadProgress upload;

	private boolean used;

	private boolean requestBegan;

	// Whether bytes have come of which no request has been made.
	private boolean partial;

	private long partialSinceNanos;

	// Whether what comes now is too late.
	private boolean closing;

	private boolean halfClosed;

	/**
	 * Creates the handler of a connection.
	 * @param channel the connection
	 * @param leaving tells whether the instance is about to leave
	 */
	NettyConnection(Channel channel, BooleanSupplier leaving) {
		this.channel = channel;
		this.leaving = leaving;
	}

	EventLoop eventLoop() {
		return this.channel.eventLoop();
	}

	/** Notes that what was read last has completed the head of a request. */
	void requestBegan() {
		this.upload = null;
		this.used = true;
		this.requestBegan = true;
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object bytes) {
		if (this.closing) { // it would be executed, and nobody could be answered
			ReferenceCountUtil.release(bytes);
			context.read();
			return;
		}
		this.lastNanos = System.nanoTime();
		this.received += (bytes instanceof ByteBuf buffer) ? buffer.readableBytes() : 0;
		this.requestBegan = false;
		context.fireChannelRead(bytes);
		noteWhetherPartial(!this.requestBegan && !isInHandler());
	}

	private void noteWhetherPartial(boolean partial) {
		if (partial && !this.partial) {
			this.partialSinceNanos = this.lastNanos;
		}
		this.partial = partial;
	}

	@Override
	public void flush(ChannelHandlerContext context) {
		this.lastNanos = System.nanoTime();
		context.flush();
	}

	/**
	 * Returns what the connection is doing.
	 * @param dryingSinceNanos when the drain began
	 */
	State state(long dryingSinceNanos) {
		return state(dryingSinceNanos, PATIENCE);
	}

	private State state(long dryingSinceNanos, Duration patience) {
		if (this.closing || !this.channel.isActive()) {
			return State.CLOSED;
		}
		if (isInHandler()) {
			return State.HANDED_OVER;
		}
		if (isHttp2()) {
			return isSilent(dryingSinceNanos) ? State.IDLE : State.BUSY;
		}
		if (this.partial) {
			return isWithin(patience, this.partialSinceNanos) ? State.BUSY : State.STALLED;
		}
		boolean waiting = this.used || !isWithin(patience, this.lastNanos);
		return (waiting && isSilent(dryingSinceNanos)) ? State.IDLE : State.BUSY;
	}

	private boolean isInHandler() {
		Http2FrameCodec codec = this.channel.pipeline().get(Http2FrameCodec.class);
		return (codec != null) ? codec.connection().numActiveStreams() > 0
				: ChannelOperations.get(this.channel) != null;
	}

	private boolean isHttp2() {
		return this.channel.pipeline().get(Http2FrameCodec.class) != null;
	}

	private boolean isSilent(long dryingSinceNanos) {
		return !isWithin(SILENCE, this.lastNanos) && !isWithin(SILENCE, dryingSinceNanos);
	}

	private static boolean isWithin(Duration time, long sinceNanos) {
		return System.nanoTime() - sinceNanos < time.toNanos();
	}

	/**
	 * Closes the connection if it is idle. If it is stalled in the middle of a request it
	 * gets the answer that this was not executed.
	 * @param dryingSinceNanos when the drain began
	 * @param refusal the bytes of that answer
	 * @param patience how long ago that request began
	 */
	@SuppressWarnings("FutureReturnValueIgnored") // whatever becomes of it, it is closed
	void closeIfIdle(long dryingSinceNanos, byte[] refusal, Duration patience) {
		State state = state(dryingSinceNanos, patience);
		if (state == State.IDLE) {
			this.channel.close();
		}
		else if (state == State.STALLED) {
			this.closing = true;
			this.channel.pipeline()
				.context(this)
				.writeAndFlush(Unpooled.wrappedBuffer(refusal))
				.addListener(ChannelFutureListener.CLOSE);
		}
	}

	/**
	 * Looks at an upload whose handler asks for more.
	 * @param end whether to end it if it makes no progress: what has come of it is of no
	 * use without the rest
	 */
	@SuppressWarnings("FutureReturnValueIgnored") // whatever becomes of it, it is closed
	void lookAtUpload(boolean end) {
		if (!isUploading()) {
			return;
		}
		long now = System.nanoTime();
		UploadProgress progress = this.upload;
		if (progress == null) {
			this.upload = new UploadProgress(this.received, now);
		}
		else if (progress.isStalled(this.received, now) && end) {
			this.channel.pipeline().context(this).close();
		}
	}

	/** A channel reads by itself only while somebody wants the body of a request. */
	private boolean isUploading() {
		ChannelOperations<?, ?> request = isHttp2() ? null : ChannelOperations.get(this.channel);
		return request != null && !(request instanceof WebsocketInbound) && !request.isInboundDisposed()
				&& this.channel.config().isAutoRead();
	}

	/** Closes the connection for the server: gently, once the instance leaves. */
	@Override
	@SuppressWarnings("FutureReturnValueIgnored") // completes with the promise
	public void close(ChannelHandlerContext context, ChannelPromise promise) {
		if (this.halfClosed) {
			completeWhenClosed(promise);
		}
		else if (this.leaving.getAsBoolean() && this.channel.isActive() && canCloseOneHalf()) {
			closeOurHalf(context);
			completeWhenClosed(promise);
		}
		else {
			context.close(promise);
		}
	}

	@SuppressWarnings("FutureReturnValueIgnored") // completing does not fail
	private void completeWhenClosed(ChannelPromise promise) {
		this.channel.closeFuture().addListener((closed) -> promise.trySuccess());
	}

	private boolean canCloseOneHalf() {
		return !isHttp2() && this.channel.pipeline().get(SslHandler.class) == null
				&& this.channel instanceof DuplexChannel;
	}

	/*
	 * What crosses the end of the stream on its way is read on, so that it does not make
	 * a reset of it, which would take the last response with it, or the close frame of a
	 * WebSocket. Netty closes the rest when the client has closed its half, and we do
	 * when it takes too long. With TLS the end is a message, and a connection of HTTP/2
	 * ends with a GOAWAY.
	 */
	@SuppressWarnings("FutureReturnValueIgnored") // whatever becomes of it, it is closed
	private void closeOurHalf(ChannelHandlerContext context) {
		this.closing = true;
		this.halfClosed = true;
		((DuplexChannel) this.channel).shutdownOutput();
		context.read();
		eventLoop().schedule(() -> context.close(), PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
	}

}
