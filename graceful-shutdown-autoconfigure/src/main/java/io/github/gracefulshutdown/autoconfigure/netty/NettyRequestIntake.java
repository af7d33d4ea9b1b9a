package io.github.gracefulshutdown.autoconfigure.netty;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.RawRefusal;
import io.github.gracefulshutdown.autoconfigure.RequestIntake;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.netty.NettyConnection.State;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/**
 * Intake of the Reactor Netty that runs the application. A management port of its own is
 * another one and not touched.
 */
final class NettyRequestIntake implements RequestIntake {

	// A loop that does not answer in time is busy with a handler that blocks it.
	private static final Duration LOOK_BOUND = Duration.ofMillis(500);

	private final Set<NettyConnection> connections = ConcurrentHashMap.newKeySet();

	private final ShutdownSequence sequence;

	private final InstanceId instance;

	private volatile @Nullable DisposableServer server;

	private volatile long dryingSinceNanos = System.nanoTime();

	NettyRequestIntake(ShutdownSequence sequence, InstanceId instance) {
		this.sequence = sequence;
		this.instance = instance;
	}

	/** Returns the server, made to show its connections. */
	HttpServer observe(HttpServer server) {
		return server.doOnBound((bound) -> this.server = bound)
			.doOnChannelInit((observer, channel, address) -> observe(channel))
			.childObserve(NettyRequestIntake::stateChanged);
	}

	@SuppressWarnings("FutureReturnValueIgnored") // removing does not fail
	private void observe(Channel channel) {
		NettyConnection connection = new NettyConnection(channel, this::isLeaving);
		this.connections.add(connection);
		channel.closeFuture().addListener((closed) -> this.connections.remove(connection));
		if (channel.pipeline().get(NettyPipeline.SslHandler) != null) {
			channel.pipeline().addAfter(NettyPipeline.SslHandler, NettyConnection.NAME, connection);
		}
		else {
			channel.pipeline().addFirst(NettyConnection.NAME, connection);
		}
	}

	private boolean isLeaving() {
		return this.sequence.stage() != Stage.SERVING;
	}

	private static void stateChanged(Connection connection, ConnectionObserver.State state) {
		if (state == ConnectionObserver.State.CONFIGURED) {
			Channel parent = connection.channel().parent();
			Channel channel = (parent == null || parent instanceof ServerChannel) ? connection.channel() : parent;
			NettyConnection observed = channel.pipeline().get(NettyConnection.class);
			if (observed != null) {
				observed.requestBegan();
			}
		}
	}

	/** The responses say by themselves that they are the last. */
	@Override
	public void runDry() {
		this.dryingSinceNanos = System.nanoTime();
	}

	@Override
	public long onTheWay() {
		return count((state) -> state == State.BUSY);
	}

	/** Counts the connections whose loop does not answer. */
	@Override
	public long waitingForThread() {
		return count((state) -> false);
	}

	@Override
	public void closeIdle(Duration patience) {
		long since = this.dryingSinceNanos;
		byte[] refusal = RawRefusal.of(this.instance);
		connectionsByLoop().forEach((loop, those) -> loop.execute(() -> {
			for (NettyConnection connection : those) {
				connection.closeIfIdle(since, refusal, patience);
			}
		}));
	}

	@Override
	public void lookAtUploads(boolean end) {
		connectionsByLoop()
			.forEach((loop, those) -> loop.execute(() -> those.forEach((connection) -> connection.lookAtUpload(end))));
	}

	/**
	 * Leaves the port open while anything is in a handler: Reactor Netty waits for that,
	 * and then for nothing, only if it closes the port itself.
	 */
	@Override
	public void stopListening() {
		DisposableServer bound = this.server;
		if (bound != null && count((state) -> state == State.HANDED_OVER) == 0) {
			bound.dispose();
		}
	}

	/** Does nothing: what was told to leave has left, and the rest was not touched. */
	@Override
	public void resume() {
	}

	/**
	 * Counts the connections in such a state, and those whose loop does not answer,
	 * unless it waits for the shutdown itself.
	 */
	private long count(Predicate<State> which) {
		long since = this.dryingSinceNanos;
		return connectionsByLoop().entrySet()
			.stream()
			.filter((loop) -> this.sequence.waitingThreads().noneMatch(loop.getKey()::inEventLoop))
			.map((loop) -> count(loop.getKey(), loop.getValue(), which, since))
			.toList() // all loops are asked before the first is waited for
			.stream()
			.mapToLong(CompletableFuture::join)
			.sum();
	}

	private static CompletableFuture<Long> count(EventLoop loop, List<NettyConnection> connections,
			Predicate<State> which, long since) {
		return CompletableFuture
			.supplyAsync(() -> connections.stream().filter((one) -> which.test(one.state(since))).count(), loop)
			.completeOnTimeout((long) connections.size(), LOOK_BOUND.toMillis(), TimeUnit.MILLISECONDS);
	}

	private Map<EventLoop, List<NettyConnection>> connectionsByLoop() {
		return this.connections.stream().collect(Collectors.groupingBy(NettyConnection::eventLoop));
	}

}
