package io.github.gracefulshutdown.autoconfigure.listener;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Has each poll of a Spring Integration message source hold a permit until its message is
 * handled, and be left out from the moment a drain begins. Stopping the poller instead
 * would interrupt it. What consumes from a queue of the application goes on, because that
 * was accepted.
 */
final class PollersPostProcessor implements BeanPostProcessor {

	/** The type of the endpoints, which is known by name alone. */
	static final String TYPE = "org.springframework.integration.endpoint.SourcePollingChannelAdapter";

	// It can be replaced, but not read.
	private static final String ADVICE_CHAIN = "adviceChain";

	private static final String KIND = "poller";

	private static final Logger logger = LoggerFactory.getLogger(PollersPostProcessor.class);

	private final Class<?> pollers = ClassUtils.resolveClassName(TYPE, getClass().getClassLoader());

	private final RecurringWork work;

	private final ObjectProvider<GracefulShutdownProperties> properties;

	PollersPostProcessor(RecurringWork work, ObjectProvider<GracefulShutdownProperties> properties) {
		this.work = work;
		this.properties = properties;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (this.pollers.isInstance(bean)
				&& !this.properties.getObject().getListeners().getExclude().contains(beanName)) {
			count(bean, beanName);
		}
		return bean;
	}

	private void count(Object poller, String name) {
		Field field = ReflectionUtils.findField(this.pollers, ADVICE_CHAIN, List.class);
		if (field == null) {
			logger.warn(
					"The polls of '{}' are neither counted nor left out: this version of Spring Integration is unknown",
					name);
			return;
		}
		ReflectionUtils.makeAccessible(field);
		ReflectionUtils.setField(field, poller,
				with(counting(name), (List<?>) ReflectionUtils.getField(field, poller)));
	}

	/** Stands around what is there, which may be a transaction. */
	private static List<Object> with(Advice counting, @Nullable List<?> chain) {
		List<Object> longer = new ArrayList<>();
		longer.add(counting);
		if (chain != null) {
			longer.addAll(chain);
		}
		return longer;
	}

	private MethodInterceptor counting(String name) {
		return (poll) -> {
			try (Permit permit = this.work.tryBegin(KIND, name)) {
				return (permit != null) ? poll.proceed() : null; // no message
			}
		};
	}

}
