package io.github.gracefulshutdown.autoconfigure.registry;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import com.netflix.discovery.shared.transport.TransportClientFactory;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.GuestRunner;
import org.aopalliance.intercept.MethodInterceptor;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Whether this instance leaves Eureka, for everything that its client sends. The client
 * sends by itself, on threads of its own and at times of its own, what would undo the
 * leaving, so that it has to be told where it sends.
 */
final class EurekaDeparture implements BeanPostProcessor {

	private final ObjectProvider<GuestRunner> guests;

	private final ObjectProvider<GracefulShutdownProperties> properties;

	private volatile boolean leaving;

	EurekaDeparture(ObjectProvider<GuestRunner> guests, ObjectProvider<GracefulShutdownProperties> properties) {
		this.guests = guests;
		this.properties = properties;
	}

	boolean isLeaving() {
		return this.leaving;
	}

	void setLeaving(boolean leaving) {
		this.leaving = leaving;
	}

	/**
	 * {@return how long the removal of the entry may take, over all attempts}
	 */
	Duration patience() {
		return this.properties.getObject().getDeregistration().getTimeout();
	}

	/**
	 * Sends a request for which the close of the context waits. Its client has no timeout
	 * by itself, so that a server that is frozen would use up the time of all others.
	 * @throws IllegalStateException if there was no answer in time, or the request failed
	 */
	<T> T send(Supplier<T> request, Duration timeout) {
		try {
			return this.guests.getObject().run("eureka", timeout, request::get).get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while Eureka was told that this instance is gone", ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("Eureka was not told that this instance is gone: its lease will expire",
					ex.getCause());
		}
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return (bean instanceof TransportClientFactories<?>) ? watched(bean) : bean;
	}

	private Object watched(Object factories) {
		ProxyFactory proxyFactory = new ProxyFactory(factories);
		proxyFactory.addAdvice((MethodInterceptor) (invocation) -> {
			Object created = invocation.proceed();
			return (created instanceof TransportClientFactory factory) ? new EurekaTransport(factory, this) : created;
		});
		return proxyFactory.getProxy(factories.getClass().getClassLoader());
	}

}
