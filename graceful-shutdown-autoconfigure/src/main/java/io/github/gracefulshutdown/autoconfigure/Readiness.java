package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.function.Supplier;

import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths.Part;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * The readiness of this instance, which is refused from the first sign of a shutdown to
 * the end or the resume, whatever the application publishes meanwhile, and what each
 * prober is told of it. Safe for use by many threads.
 */
public final class Readiness implements ApplicationListener<AvailabilityChangeEvent<?>> {

	private static final Logger logger = LoggerFactory.getLogger(Readiness.class);

	private static final Duration POD_TIMEOUT = Duration.ofSeconds(3);

	// https://github.com/kubernetes/kubernetes/blob/master/pkg/probe/http/request.go and
	// pkg/probe/grpc/grpc.go
	private static final String KUBELET = "kube-probe/";

	/** Name of Spring Boot's bean by which readiness is a part of the health. */
	private static final String INDICATOR = "readinessStateHealthIndicator";

	private static final String INDICATOR_KEY = "management.health.readinessstate.enabled";

	private final ConfigurableApplicationContext context;

	private final GuestRunner guests;

	private final ReadinessPolicy policy;

	// Null if this is no pod.
	private final @Nullable Supplier<Pod.@Nullable Termination> pod;

	private volatile boolean held;

	// From the first sign until requests are refused.
	private volatile boolean leaving;

	private volatile boolean keptForKubelet;

	private volatile @Nullable AvailabilityChangeEvent<?> own;

	// What others have published last.
	private volatile ReadinessState published = ReadinessState.REFUSING_TRAFFIC;

	/**
	 * Creates the readiness of an instance that serves.
	 * @param pod how the pod of this process is terminated, if it can be read;
	 * {@code null} outside Kubernetes
	 */
	Readiness(ConfigurableApplicationContext context, GuestRunner guests, ReadinessPolicy policy,
			@Nullable Supplier<Pod.@Nullable Termination> pod) {
		this.context = context;
		this.guests = guests;
		this.policy = policy;
		this.pod = pod;
	}

	/** Takes note of what others publish, which is true again after a resume. */
	@Override
	public void onApplicationEvent(AvailabilityChangeEvent<?> event) {
		if (event == this.own || !(event.getState() instanceof ReadinessState state)) {
			return;
		}
		this.published = state;
	}

	boolean isHeld() {
		return this.held;
	}

	/**
	 * Refuses from now on, but for whom the policy keeps it.
	 * @param byTermination whether the process was asked to end, as when its pod is
	 * deleted
	 */
	void leave(boolean byTermination) {
		this.leaving = true;
		if (this.policy == ReadinessPolicy.KEEP) {
			return;
		}
		if (this.policy == ReadinessPolicy.AUTO && this.pod != null) {
			this.keptForKubelet = byTermination;
			askPod(this.pod, byTermination);
		}
		hold();
	}

	/** Refuses everybody from now on, because requests are refused. */
	void block() {
		this.leaving = false;
		if (!this.held) {
			hold();
		}
	}

	private void hold() {
		this.held = true;
		publish(ReadinessState.REFUSING_TRAFFIC);
	}

	/**
	 * Has the readiness be what others have published last. Nothing is published before
	 * the application is ready.
	 */
	void serveAgain() {
		this.held = false;
		this.leaving = false;
		publish(this.published);
	}

	private void publish(ReadinessState state) {
		AvailabilityChangeEvent<ReadinessState> event = new AvailabilityChangeEvent<>(this.context, state);
		this.own = event;
		if (this.context.getParent() == null || EmbeddedServer.isIn(this.context)) {
			this.context.publishEvent(event);
		}
		else { // and not to the parents, which serve on
			this.context
				.getBean(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
						ApplicationEventMulticaster.class)
				.multicastEvent(event);
		}
	}

	/**
	 * Asks whether the pod is being deleted, beside the shutdown. A pod that cannot be
	 * read is taken to be deleted when its process is terminated, which is nearly always
	 * why. Should it be its container alone that is restarted, requests go on coming to
	 * it until the restart; taken the other way round, the last pod of a service would
	 * lose its requests with every deployment.
	 */
	@SuppressWarnings("FutureReturnValueIgnored") // what was found is noted
	private void askPod(Supplier<Pod.@Nullable Termination> pod, boolean byTermination) {
		this.guests.<Pod.@Nullable Termination>run("pod", POD_TIMEOUT, pod::get)
			.exceptionally((ex) -> null)
			.thenAccept((termination) -> {
				if (termination != null) {
					this.keptForKubelet = termination.deleted();
					if (byTermination && !termination.deleted()) {
						logger.info("The pod is not being deleted: the kubelet is refused too");
					}
				}
				else if (byTermination) {
					logger.info("The pod cannot be read and is taken to be deleted: the kubelet sees it ready until "
							+ "requests are refused. Set 'graceful.shutdown.readiness' to 'refuse' if that is wrong.");
				}
			});
	}

	/**
	 * Returns whether a prober is not refused although this instance leaves.
	 * @param kubelet whether it is the kubelet
	 */
	boolean isKept(boolean kubelet) {
		return this.leaving && (this.policy == ReadinessPolicy.KEEP || (kubelet && this.keptForKubelet));
	}

	/** Returns whether a prober by that name is the kubelet. */
	static boolean isKubelet(@Nullable String agent) {
		return agent != null && agent.startsWith(KUBELET);
	}

	/**
	 * Returns whether a prober is told that this instance is not ready.
	 * @param agent what the prober calls itself, or {@code null}
	 * @return {@code false} as long as it is told what is true otherwise
	 */
	public boolean isRefused(@Nullable String agent) {
		return this.held && !isKept(isKubelet(agent));
	}

	/**
	 * Returns what a prober is told of the health in place of the endpoint, if anything.
	 * @param asked the part of the health that it asks for, looked up if need be
	 * @param agent what the prober calls itself, or {@code null}
	 * @return the answer, or {@code null} if the endpoint knows
	 */
	public @Nullable Answer answer(Supplier<Part> asked, @Nullable String agent) {
		if (!this.held) {
			return null;
		}
		Part part = asked.get();
		if (part == Part.OTHER) {
			return null;
		}
		if (!isRefused(agent)) {
			return (this.published == ReadinessState.ACCEPTING_TRAFFIC) ? Answer.UP : null;
		}
		if (this.context.containsBean(INDICATOR)) {
			return isSeen() ? null : Answer.OUT_OF_SERVICE;
		}
		return (part == Part.WHOLE && !isTakenOut()) ? Answer.OUT_OF_SERVICE : null;
	}

	/** Returns whether the endpoint sees what is held, as in a view that is Boot's. */
	private boolean isSeen() {
		Class<?> indicator = this.context.getType(INDICATOR);
		return indicator != null && ClassUtils.getUserClass(indicator).getName().startsWith("org.springframework.boot.")
				&& this.context.getBeanProvider(ApplicationAvailability.class)
					.getIfUnique() instanceof HeldAvailability view
				&& view.isHeldBy(this);
	}

	/**
	 * Spring Boot 3 leaves the readiness out of the health outside Kubernetes, and a load
	 * balancer that polls it would not learn of a drain. Who has decided so by himself is
	 * left alone.
	 */
	private boolean isTakenOut() {
		return this.context.getEnvironment().containsProperty(INDICATOR_KEY);
	}

	/** What a prober is told in place of the endpoint. */
	public enum Answer {

		/** That the instance is ready. */
		UP(200),

		/** That the instance is not ready. */
		OUT_OF_SERVICE(503);

		private final int status;

		Answer(int status) {
			this.status = status;
		}

		/**
		 * Returns the status of the response.
		 * @return the status code
		 */
		public int status() {
			return this.status;
		}

		/**
		 * Returns the body, as the endpoint has it.
		 * @return the body, of type {@code application/json}
		 */
		public String body() {
			return "{\"status\":\"%s\"}".formatted(name());
		}

	}

}
