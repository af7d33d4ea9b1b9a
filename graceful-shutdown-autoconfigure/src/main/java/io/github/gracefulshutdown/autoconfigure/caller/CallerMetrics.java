package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** Meters of the calls to other services. */
final class CallerMetrics implements MeterBinder {

	private static final String PREFIX = "graceful.shutdown.caller.";

	private final Calls calls;

	CallerMetrics(Calls calls) {
		this.calls = calls;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.calls.services().forEach((service) -> {
			bind(registry, service, "evicted", "Instances that were skipped from then on, for a time", "instances",
					CalledService::evicted);
			bind(registry, service, "retried", "Calls that were not executed and were sent to another instance",
					"requests", CalledService::retried);
			bind(registry, service, "retry.exhausted",
					"Calls that were not executed and were not sent to another instance either", "requests",
					CalledService::exhausted);
		});
	}

	private static void bind(MeterRegistry registry, CalledService service, String name, String description,
			String unit, Function<CalledService, LongAdder> counter) {
		FunctionCounter.builder(PREFIX + name, counter.apply(service), LongAdder::sum)
			.tag("service", service.name())
			.description(description)
			.baseUnit(unit)
			.register(registry);
	}

}
