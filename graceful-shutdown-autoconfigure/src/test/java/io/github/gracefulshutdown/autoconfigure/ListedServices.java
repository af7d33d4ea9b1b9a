package io.github.gracefulshutdown.autoconfigure;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import org.jspecify.annotations.Nullable;

/** Resolves names as {@code listed:///orders} to the ports that a test has listed. */
public final class ListedServices extends NameResolverProvider {

	/** The scheme of the names. */
	public static final String SCHEME = "listed";

	private final Map<String, List<EquivalentAddressGroup>> services = new ConcurrentHashMap<>();

	private final Map<String, Listed> resolvers = new ConcurrentHashMap<>();

	/** Lists the instances of a service, and has its channel learn of it. */
	public void list(String service, int... ports) {
		this.services.put(service, IntStream.of(ports)
			.mapToObj(
					(port) -> new EquivalentAddressGroup(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
			.toList());
		Listed resolver = this.resolvers.get(service);
		if (resolver != null) {
			resolver.tell();
		}
	}

	@Override
	public String getDefaultScheme() {
		return SCHEME;
	}

	@Override
	protected boolean isAvailable() {
		return true;
	}

	@Override
	protected int priority() {
		return 5;
	}

	@Override
	public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
		if (!SCHEME.equals(target.getScheme())) {
			return null;
		}
		Listed resolver = new Listed(target.getPath().substring(1), args);
		this.resolvers.put(resolver.getServiceAuthority(), resolver);
		return resolver;
	}

	private final class Listed extends NameResolver {

		private final String service;

		private final Args args;

		private @Nullable Listener2 listener;

		Listed(String service, Args args) {
			this.service = service;
			this.args = args;
		}

		@Override
		public String getServiceAuthority() {
			return this.service;
		}

		@Override
		public void start(Listener2 listener) {
			this.listener = listener;
			tell();
		}

		void tell() {
			this.args.getSynchronizationContext().execute(() -> {
				if (this.listener != null) {
					this.listener.onResult(ResolutionResult.newBuilder()
						.setAddresses(ListedServices.this.services.get(this.service))
						.build());
				}
			});
		}

		@Override
		public void shutdown() {
			this.listener = null;
		}

	}

}
