package io.github.gracefulshutdown.autoconfigure.work;

import java.lang.reflect.Method;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;

import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

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

	/** Has each subscription hold a permit until it terminates or is cancelled. */
	static @Nullable Object hold(@Nullable Object work, Callable<Permit> enter) {
		ReactiveAdapter adapter = (work != null) ? adapters.getAdapter(null, work) : null;
		if (adapter == null) {
			return work;
		}
		Publisher<Object> publisher = adapter.toPublisher(work);
		return adapter.fromPublisher(adapter.isMultiValue() ? Flux.using(enter, (permit) -> publisher, Permit::close)
				: Mono.using(enter, (permit) -> Mono.from(publisher), Permit::close));
	}

}
