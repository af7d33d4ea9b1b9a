package io.github.gracefulshutdown.autoconfigure.work;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/** Work that begins when somebody subscribes to it. */
final class ReactiveWork {

	private static final ReactiveAdapterRegistry adapters = ReactiveAdapterRegistry.getSharedInstance();

	private ReactiveWork() {
	}

	static boolean isReturnedBy(Method method) {
		return !CompletionStage.class.isAssignableFrom(method.getReturnType())
				&& adapters.getAdapter(method.getReturnType()) != null;
	}

	/**
	 * Has each subscription hold a permit until it terminates or is cancelled. The
	 * Reactor context carries the permit of the work that subscribes, if that has one,
	 * and the new one on to what the work subscribes to.
	 * @param enter asks for a permit, given that of the work that subscribes
	 */
	static @Nullable Object hold(@Nullable Object work, Function<@Nullable Permit, Permit> enter) {
		ReactiveAdapter adapter = (work != null) ? adapters.getAdapter(null, work) : null;
		if (adapter == null) {
			return work;
		}
		Publisher<Object> publisher = adapter.toPublisher(work);
		return adapter.fromPublisher(adapter.isMultiValue() ? holdMany(publisher, enter) : holdOne(publisher, enter));
	}

	private static Flux<Object> holdMany(Publisher<Object> work, Function<@Nullable Permit, Permit> enter) {
		return Flux.deferContextual((context) -> Flux.using(() -> enter.apply(outer(context)),
				(permit) -> Flux.from(work).contextWrite(Context.of(Permit.class, permit)), Permit::close));
	}

	private static Mono<Object> holdOne(Publisher<Object> work, Function<@Nullable Permit, Permit> enter) {
		return Mono.deferContextual((context) -> Mono.using(() -> enter.apply(outer(context)),
				(permit) -> Mono.from(work).contextWrite(Context.of(Permit.class, permit)), Permit::close));
	}

	private static @Nullable Permit outer(ContextView context) {
		return context.hasKey(Permit.class) ? context.get(Permit.class) : null;
	}

}
