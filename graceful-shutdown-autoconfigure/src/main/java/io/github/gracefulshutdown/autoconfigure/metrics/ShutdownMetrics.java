package io.github.gracefulshutdown.autoconfigure.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.StageChangedEvent;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationListener;

/** Meters of work in flight, of what was refused, and of the stages of a shutdown. */
final class ShutdownMetrics implements MeterBinder, ApplicationListener<StageChangedEvent> {

	private static final String PREFIX = "graceful.shutdown.";

	private final DrainGate gate;

	private final ShutdownSequence sequence;

	private final ObjectProvider<RequestAdmission> admissions;

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	ShutdownMetrics(DrainGate gate, ShutdownSequence sequence, ObjectProvider<RequestAdmission> admissions) {
		this.gate = gate;
		this.sequence = sequence;
		this.admissions = admissions;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		Gauge.builder(PREFIX + "stage", this.sequence, (sequence) -> number(sequence.stage()))
			.description("Stage of the instance: 0 serving, 1 lame duck, 2 blocking, 3 drained, 4 released")
			.register(registry);
		Gauge.builder(PREFIX + "stuck", this.sequence, (sequence) -> sequence.stuck().size())
			.description("Work that was left when the time for the drain was over")
			.baseUnit("requests")
			.register(registry);
		Set<String> kinds = ConcurrentHashMap.newKeySet(); // a second gauge is a warning
		Consumer<String> inFlight = (kind) -> {
			if (kinds.add(kind)) {
				bindInFlight(kind, registry);
			}
		};
		this.admissions.forEach((admission) -> {
			inFlight.accept(admission.kind());
			bind(admission, registry);
		});
		this.gate.forEachKind(inFlight);
	}

	private void bindInFlight(String kind, MeterRegistry registry) {
		Gauge.builder(PREFIX + "inflight", this.gate, (gate) -> gate.inFlight(kind))
			.tag("kind", kind)
			.description("Work that was accepted and has not ended")
			.baseUnit("requests")
			.register(registry);
	}

	private void bind(RequestAdmission admission, MeterRegistry registry) {
		FunctionCounter.builder(PREFIX + "rejected", admission, RequestAdmission::rejected)
			.tag("kind", admission.kind())
			.description("Requests that were refused")
			.baseUnit("requests")
			.register(registry);
		FunctionCounter.builder(PREFIX + "stragglers", admission, RequestAdmission::stragglers)
			.tag("kind", admission.kind())
			.description("Requests that arrived after the instance was announced as leaving")
			.baseUnit("requests")
			.register(registry);
	}

	/** Records a stage that was left on the way down. */
	@Override
	public void onApplicationEvent(StageChangedEvent event) {
		Stage left = event.getPreviousStage();
		if (left == Stage.SERVING || event.getStage().compareTo(left) < 0) {
			return;
		}
		for (MeterRegistry registry : this.registries) {
			Timer.builder(PREFIX + "stage.duration")
				.tag("stage", tag(left))
				.tag("outcome", tag(event.getOutcome()))
				.description("Time spent in a stage")
				.register(registry)
				.record(event.getTimeInPreviousStage());
		}
	}

	private static int number(Stage stage) {
		return switch (stage) {
			case SERVING -> 0;
			case LAME_DUCK -> 1;
			case BLOCKING -> 2;
			case DRAINED -> 3;
			case RELEASED -> 4;
		};
	}

	private static String tag(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
