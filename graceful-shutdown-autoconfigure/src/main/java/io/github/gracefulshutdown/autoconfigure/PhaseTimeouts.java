package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.env.Environment;

/**
 * Lets the phases of the steps last as long as the whole shutdown may, for when the
 * container has to stop them: if another listener kept the {@link ShutdownSequence} from
 * doing so. Others stop in these phases too, so that none is made shorter.
 */
final class PhaseTimeouts implements BeanPostProcessor {

	private static final List<Integer> PHASES = List.of(RegistryDeregistrationLifecycle.PHASE, LameDuckLifecycle.PHASE,
			RequestBlockerLifecycle.PHASE, DrainLifecycle.PHASE, IntakeLifecycle.PHASE);

	private static final String OF_OTHERS = "spring.lifecycle.timeout-per-shutdown-phase";

	private static final String DEFAULT_OF_OTHERS = "30s";

	private final Environment environment;

	private final ObjectProvider<Budget> budget;

	PhaseTimeouts(Environment environment, ObjectProvider<Budget> budget) {
		this.environment = environment;
		this.budget = budget;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof DefaultLifecycleProcessor processor) {
			Duration own = this.budget.getObject().times().timeout();
			Duration ofOthers = DurationStyle
				.detectAndParse(this.environment.getProperty(OF_OTHERS, DEFAULT_OF_OTHERS));
			Duration longer = (own.compareTo(ofOthers) > 0) ? own : ofOthers;
			PHASES.forEach((phase) -> processor.setTimeoutForShutdownPhase(phase, longer.toMillis()));
		}
		return bean;
	}

}
