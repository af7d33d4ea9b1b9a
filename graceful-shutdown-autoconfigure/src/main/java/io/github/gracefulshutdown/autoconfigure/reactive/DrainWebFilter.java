package io.github.gracefulshutdown.autoconfigure.reactive;

import java.time.Duration;
import java.util.List;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.EndlessResponses;
import io.github.gracefulshutdown.autoconfigure.EndlessWork;
import io.github.gracefulshutdown.autoconfigure.ExemptPaths;
import io.github.gracefulshutdown.autoconfigure.ForeignText;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.RequestEnd;
import io.github.gracefulshutdown.autoconfigure.ServerPresence;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Counts each request to its real end, has its response carry the notice, and refuses it
 * when the gate is closed. A stream that it answers with ends when the drain begins. What
 * a test has made up passes, because nothing ends it.
 */
final class DrainWebFilter implements WebFilter, Ordered {

	private final ServerPresence servers;

	private final RequestAdmission admission;

	private final Rejection rejection;

	private final ApplicationContext context;

	// Looked up late, because the paths of the actuator need all of it.
	private final SingletonSupplier<List<ExemptPaths>> exemptPaths;

	private final EndlessWork endlessWork;

	private final SingletonSupplier<List<EndlessResponses>> endlessResponses;

	private final HealthChecks healthChecks;

	DrainWebFilter(ServerPresence servers, RequestAdmission admission, Rejection rejection, ApplicationContext context,
			ObjectProvider<ExemptPaths> exemptPaths, EndlessWork endlessWork,
			ObjectProvider<EndlessResponses> endlessResponses, HealthChecks healthChecks) {
		this.servers = servers;
		this.admission = admission;
		this.rejection = rejection;
		this.context = context;
		this.exemptPaths = SingletonSupplier.of(() -> exemptPaths.stream().toList());
		this.endlessWork = endlessWork;
		this.endlessResponses = SingletonSupplier.of(() -> endlessResponses.stream().toList());
		this.healthChecks = healthChecks;
	}

	// Outside everything that costs or needs a session. The observation is further out
	// than any filter, so that what is refused is seen in the metrics.
	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE + 10;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (!this.servers.brings(unwrap(exchange.getRequest()))) {
			return chain.filter(exchange);
		}
		return isExempt(exchange) ? this.healthChecks.answer(exchange, chain)
				: Mono.deferContextual((context) -> filter(exchange, chain, context));
	}

	private static ServerHttpRequest unwrap(ServerHttpRequest request) {
		ServerHttpRequest innermost = request;
		while (innermost instanceof ServerHttpRequestDecorator decorator) {
			innermost = decorator.getDelegate();
		}
		return innermost;
	}

	/** The port of the actuator has a context of its own, which takes our filters too. */
	private boolean isExempt(ServerWebExchange exchange) {
		if (exchange.getApplicationContext() != this.context) {
			return true;
		}
		PathContainer path = exchange.getRequest().getPath().pathWithinApplication();
		if (isAmbiguous(path)) {
			return false;
		}
		String decoded = decode(path);
		for (ExemptPaths exempt : this.exemptPaths.obtain()) {
			if (exempt.contains(decoded)) {
				return true;
			}
		}
		return false;
	}

	/** Returns whether others may take the path for another than it looks. */
	private static boolean isAmbiguous(PathContainer path) {
		for (PathContainer.Element element : path.elements()) {
			String value = valueOf(element);
			if (value.equals("..") || (value.contains("/") && !(element instanceof PathContainer.Separator))) {
				return true;
			}
		}
		return false;
	}

	static String decode(PathContainer path) {
		StringBuilder decoded = new StringBuilder();
		for (PathContainer.Element element : path.elements()) {
			decoded.append(valueOf(element));
		}
		return decoded.toString();
	}

	private static String valueOf(PathContainer.Element element) {
		return (element instanceof PathContainer.PathSegment segment) ? segment.valueToMatch() : element.value();
	}

	private Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain, ContextView context) {
		ServerHttpRequest request = exchange.getRequest();
		ServerHttpResponse response = exchange.getResponse();
		Permit permit = this.admission
			.tryEnter(ForeignText.request(request.getMethod().name(), request.getPath().value()));
		if (permit == null) {
			return this.rejection.send(exchange);
		}
		response.beforeCommit(() -> Mono.fromRunnable(() -> giveNotice(request, response.getHeaders())));
		ServerHttpResponse endable = EndableResponse.of(response, (contentType) -> isEndless(request, contentType),
				(end) -> this.endlessWork.add(permit, Duration.ZERO, end));
		Mono<Void> handled = Mono.defer(() -> chain.filter(exchange.mutate().response(endable).build()))
			.contextWrite((outer) -> outer.put(Permit.class, permit));
		if (context.hasKey(RequestEnd.class)) {
			context.get(RequestEnd.class).whenReached(permit::close);
			return handled;
		}
		return handled.doFinally((signal) -> permit.close());
	}

	private boolean isEndless(ServerHttpRequest request, @Nullable String contentType) {
		String path = decode(request.getPath().pathWithinApplication());
		for (EndlessResponses endless : this.endlessResponses.obtain()) {
			if (endless.contains(path, contentType)) {
				return true;
			}
		}
		return false;
	}

	/** What a server behind this one says of itself is not passed on. */
	private void giveNotice(ServerHttpRequest request, HttpHeaders headers) {
		MarkerHeader.remove(headers);
		if (this.admission.isNoticeDue()) {
			headers.set(RequestAdmission.MARKER_NAME, RequestAdmission.MARKER_LAME_DUCK);
			headers.set(RequestAdmission.INSTANCE_NAME, this.admission.instanceId());
			if (this.admission.isConnectionCloseDue() && !isHandshake(request)) {
				ConnectionHeader.close(request, headers);
			}
		}
	}

	/** The connection goes on in another protocol; to close it would spoil that. */
	static boolean isHandshake(ServerHttpRequest request) {
		return "websocket".equalsIgnoreCase(request.getHeaders().getFirst(HttpHeaders.UPGRADE));
	}

}
