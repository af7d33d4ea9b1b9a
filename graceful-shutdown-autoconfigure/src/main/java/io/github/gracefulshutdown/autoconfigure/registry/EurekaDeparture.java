package io.github.gracefulshutdown.autoconfigure.registry;

import com.netflix.discovery.shared.transport.TransportClientFactory;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import org.aopalliance.intercept.MethodInterceptor;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Whether this instance leaves Eureka, for everything that its client sends. The client
 * sends by itself, on threads of its own and at times of its own, what would undo the
 * leaving, so that it has to be told where it sends.
 */
final class EurekaDeparture implements BeanPostProcessor {

	private volatile boolean leaving;

	boolean isLeaving() {
		return this.leaving;
	}

	void setLeaving(boolean leaving) {
		this.leaving = leaving;
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
