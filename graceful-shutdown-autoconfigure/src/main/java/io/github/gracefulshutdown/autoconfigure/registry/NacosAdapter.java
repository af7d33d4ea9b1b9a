package io.github.gracefulshutdown.autoconfigure.registry;

import java.lang.reflect.InvocationTargetException;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.core.env.Environment;
import org.springframework.util.MethodInvoker;

/**
 * Removes the entry from Nacos with the client itself, because
 * {@code NacosServiceRegistry.deregister} keeps a failure to itself.
 */
final class NacosAdapter extends DeregisteringAdapter {

	private final BeanFactory beanFactory;

	NacosAdapter(Environment environment, BeanFactory beanFactory) {
		super(RegistryKind.NACOS, environment);
		this.beanFactory = beanFactory;
	}

	@Override
	public void withdraw(ServiceRegistry<Registration> registry, Registration registration) throws Exception {
		Object namingService = invoke(this.beanFactory.getBean("nacosServiceManager"), "getNamingService");
		BeanWrapper properties = PropertyAccessorFactory.forBeanPropertyAccess(registration);
		invoke(namingService, "deregisterInstance", registration.getServiceId(),
				properties.getPropertyValue("nacosDiscoveryProperties.group"), registration.getHost(),
				registration.getPort(), properties.getPropertyValue("nacosDiscoveryProperties.clusterName"));
	}

	private static @Nullable Object invoke(@Nullable Object target, String method, @Nullable Object... arguments)
			throws Exception {
		MethodInvoker invoker = new MethodInvoker();
		invoker.setTargetObject(target);
		invoker.setTargetMethod(method);
		invoker.setArguments(arguments);
		invoker.prepare();
		try {
			return invoker.invoke();
		}
		catch (InvocationTargetException ex) {
			throw (ex.getCause() instanceof Exception cause) ? cause : ex;
		}
	}

}
