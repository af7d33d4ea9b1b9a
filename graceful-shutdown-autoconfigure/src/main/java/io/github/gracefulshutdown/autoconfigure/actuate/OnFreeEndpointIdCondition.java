package io.github.gracefulshutdown.autoconfigure.actuate;

import java.util.Objects;
import java.util.stream.Stream;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless an endpoint of the application has the identifier of ours already: the
 * actuator refuses to start with two.
 */
final class OnFreeEndpointIdCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Free endpoint id");
		ConfigurableListableBeanFactory beanFactory = Objects.requireNonNull(context.getBeanFactory());
		return Stream.of(BeanFactoryUtils.beanNamesForAnnotationIncludingAncestors(beanFactory, Endpoint.class))
			.filter((name) -> isTaken(beanFactory, name))
			.findFirst()
			.map((name) -> ConditionOutcome.noMatch(message.foundExactly("bean '" + name + "'")))
			.orElseGet(() -> ConditionOutcome.match(message.because("no other bean has it")));
	}

	private static boolean isTaken(ConfigurableListableBeanFactory beanFactory, String name) {
		Class<?> type = beanFactory.getType(name, false);
		Endpoint endpoint = beanFactory.findAnnotationOnBean(name, Endpoint.class, false);
		return type != DrainEndpoint.class && endpoint != null && endpoint.id().equals(DrainEndpoint.ID);
	}

}
