package io.github.gracefulshutdown.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.availability.ApplicationAvailabilityBean;

/**
 * Has Spring Boot's view of the availability hold the readiness. One of the user stays.
 */
final class HeldAvailabilityPostProcessor implements BeanPostProcessor {

	private final ObjectProvider<Readiness> readiness;

	HeldAvailabilityPostProcessor(ObjectProvider<Readiness> readiness) {
		this.readiness = readiness;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		return (bean.getClass() == ApplicationAvailabilityBean.class) ? new HeldAvailability(this.readiness.getObject())
				: bean;
	}

}
