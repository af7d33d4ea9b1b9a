package io.github.gracefulshutdown.autoconfigure.metrics;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.CreatedBeans;
import io.github.gracefulshutdown.autoconfigure.DrainParticipant;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.StageChangedEvent;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Meters of work in flight, of what was refused, and of the stages of a shutdown. A
 * context without a registry of its own adds to the meters of its parent: these are the
 * sums over both, and show the stage of the one that is furthest along.
 */
final class ShutdownMetrics implements MeterBinder, DrainParticipant, SmartInitializingSingleton, DisposableBean {

	private static final String PREFIX = "graceful.shutdown.";

	private static final String IN_FLIGHT = PREFIX + "inflight";

	private static final String REJECTED = PREFIX + "rejected";

	private static final String STRAGGLERS = PREFIX + "stragglers";

	private final ConfigurableApplicationContext context;

	private final DrainGate gate;

	private final ShutdownSequence sequence;

	private final List<Target> targets = new CopyOnWriteArrayList<>();

	private final List<ShutdownMetrics> children = new CopyOnWriteArrayList<>();

	// What children have counted that are closed: a counter does not go down.
	private final Map<String, Long> counted = new ConcurrentHashMap<>();

	private volatile @Nullable ShutdownMetrics parent;

	ShutdownMetrics(ConfigurableApplicationContext context, DrainGate gate, ShutdownSequence sequence) {
		this.context = context;
		this.gate = gate;
		this.sequence = sequence;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.context.getParent() == null
				|| this.context.getBeanNamesForType(MeterRegistry.class, true, false).length > 0) {
			return;
		}
		ShutdownMetrics above = this.context.getParent().getBeanProvider(ShutdownMetrics.class).getIfAvailable();
		if (above != null) {
			this.parent = above;
			above.children.add(this);
			forEachTarget(this::bindKinds);
		}
	}

	@Override
	public void destroy() {
		ShutdownMetrics above = this.parent;
		if (above != null && above.children.remove(this)) {
			admissions().forEach((admission) -> {
				above.counted.merge(REJECTED + admission.kind(), admission.rejected(), Long::sum);
				above.counted.merge(STRAGGLERS + admission.kind(), admission.stragglers(), Long::sum);
			});
			this.counted.forEach((key, count) -> above.counted.merge(key, count, Long::sum));
		}
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Target target = new Target(this, registry, ConcurrentHashMap.newKeySet());
		this.targets.add(target);
		Gauge.builder(PREFIX + "stage", this, (metrics) -> number(metrics.stage()))
			.description("Stage of the instance: 0 serving, 1 lame duck, 2 blocking, 3 drained, 4 released")
			.register(registry);
		Gauge.builder(PREFIX + "stuck", this, ShutdownMetrics::stuck)
			.description("Work that was left when the time for the drain was over")
			.baseUnit("requests")
			.register(registry);
		bindKinds(target);
		this.children.forEach((child) -> child.bindKinds(target));
	}

	/** Gives the registries that this context adds to, and those of ancestors. */
	private void forEachTarget(Consumer<Target> action) {
		this.targets.forEach(action);
		ShutdownMetrics above = this.parent;
		if (above != null) {
			above.forEachTarget(action);
		}
	}

	/** Returns those of this context: children add their own. */
	private Collection<RequestAdmission> admissions() {
		return CreatedBeans.ofType(this.context.getBeanFactory(), RequestAdmission.class).values();
	}

	private void bindKinds(Target target) {
		admissions().forEach((admission) -> {
			target.bindInFlight(admission.kind());
			target.bindRequests(admission.kind());
		});
		this.gate.forEachKind(target::bindInFlight);
	}

	private Stage stage() {
		Stage furthest = this.sequence.stage();
		for (ShutdownMetrics child : this.children) {
			Stage other = child.stage();
			furthest = (other.compareTo(furthest) > 0) ? other : furthest;
		}
		return furthest;
	}

	private long stuck() {
		return this.sequence.stuck().size() + sum(ShutdownMetrics::stuck);
	}

	private long inFlight(String kind) {
		return this.gate.inFlight(kind) + sum((child) -> child.inFlight(kind));
	}

	private long rejected(String kind) {
		return count(REJECTED, kind, RequestAdmission::rejected) + sum((child) -> child.rejected(kind));
	}

	private long stragglers(String kind) {
		return count(STRAGGLERS, kind, RequestAdmission::stragglers) + sum((child) -> child.stragglers(kind));
	}

	private long count(String meter, String kind, ToLongFunction<RequestAdmission> count) {
		return this.counted.getOrDefault(meter + kind, 0L)
				+ admissions().stream().filter((one) -> one.kind().equals(kind)).mapToLong(count).sum();
	}

	private long sum(ToLongFunction<ShutdownMetrics> value) {
		return this.children.stream().mapToLong(value).sum();
	}

	/** Records a stage that was left on the way down. */
	@Override
	public void stageChanged(StageChangedEvent event) {
		Stage left = event.getPreviousStage();
		if (left == Stage.SERVING || event.getStage().compareTo(left) < 0) {
			return;
		}
		forEachTarget((target) -> Timer.builder(PREFIX + "stage.duration")
			.tag("stage", tag(left))
			.tag("outcome", tag(event.getOutcome()))
			.description("Time spent in a stage")
			.register(target.registry())
			.record(event.getTimeInPreviousStage()));
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

	/**
	 * A registry, with the meters that are in it: a second one of the same name and tags
	 * is a warning.
	 *
	 * @param metrics what the meters ask
	 * @param registry the registry
	 * @param bound the names of the meters with their kinds
	 */
	private record Target(ShutdownMetrics metrics, MeterRegistry registry, Set<String> bound) {

		void bindInFlight(String kind) {
			if (this.bound.add(IN_FLIGHT + kind)) {
				Gauge.builder(IN_FLIGHT, this.metrics, (metrics) -> metrics.inFlight(kind))
					.tag("kind", kind)
					.description("Work that was accepted and has not ended")
					.baseUnit("requests")
					.register(this.registry);
			}
		}

		void bindRequests(String kind) {
			if (this.bound.add(REJECTED + kind)) {
				FunctionCounter.builder(REJECTED, this.metrics, (metrics) -> metrics.rejected(kind))
					.tag("kind", kind)
					.description("Requests that were refused")
					.baseUnit("requests")
					.register(this.registry);
				FunctionCounter.builder(STRAGGLERS, this.metrics, (metrics) -> metrics.stragglers(kind))
					.tag("kind", kind)
					.description("Requests that arrived after the instance was announced as leaving")
					.baseUnit("requests")
					.register(this.registry);
			}
		}

	}

}
