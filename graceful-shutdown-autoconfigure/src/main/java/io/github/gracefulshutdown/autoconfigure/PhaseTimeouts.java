package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.env.Environment;

/**
 * Lets the phases of the steps last as long as the whole shutdown may, for when the
 * container has to stop them: if another listener kept the {@link ShutdownSequence} from
 * doing so. Others stop in these phases too, so that none is made shorter, but that of a
 * web server that would wait for the request that closes the context.
 */
final class PhaseTimeouts implements BeanPostProcessor, DrainParticipant {

	private static final List<Integer> PHASES = List.of(RegistryDeregistrationLifecycle.PHASE, LameDuckLifecycle.PHASE,
			RequestBlockerLifecycle.PHASE, DrainLifecycle.PHASE, IntakeLifecycle.PHASE);

	// Where the web server waits for its requests, in all lines of Spring Boot.
	private static final int REQUESTS = SmartLifecycle.DEFAULT_PHASE - 1024;

	// For how long it waits if a request closes the context: in vain, for itself.
	private static final Duration ITSELF = Duration.ofSeconds(1);

	private static final String OF_OTHERS = "spring.lifecycle.timeout-per-shutdown-phase";

	private static final String DEFAULT_OF_OTHERS = "30s";

	private final Environment environment;

	private final ObjectProvider<Budget> budget;

	private final ObjectProvider<WaitingThreads> waitingThreads;

	private volatile @Nullable DefaultLifecycleProcessor processor;

	PhaseTimeouts(Environment environment, ObjectProvider<Budget> budget,
			ObjectProvider<WaitingThreads> waitingThreads) {
		this.environment = environment;
		this.budget = budget;
		this.waitingThreads = waitingThreads;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof DefaultLifecycleProcessor found) {
			this.processor = found;
			Duration own = this.budget.getObject().times().timeout();
			Duration ofOthers = DurationStyle
				.detectAndParse(this.environment.getProperty(OF_OTHERS, DEFAULT_OF_OTHERS));
			Duration longer = (own.compareTo(ofOthers) > 0) ? own : ofOthers;
			PHASES.forEach((phase) -> found.setTimeoutForShutdownPhase(phase, longer.toMillis()));
		}
		return bean;
	}

	@Override
	public void contextCloses() {
		DefaultLifecycleProcessor current = this.processor;
		if (current != null && this.waitingThreads.getObject().haveClosingWork("http")) {
			current.setTimeoutForShutdownPhase(REQUESTS, ITSELF.toMillis());
		}
	}

}
