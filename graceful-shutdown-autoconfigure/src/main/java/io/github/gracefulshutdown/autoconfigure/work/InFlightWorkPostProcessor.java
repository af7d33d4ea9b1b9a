package io.github.gracefulshutdown.autoconfigure.work;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.InFlightWork;

import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;

/**
 * Has methods marked with {@link InFlightWork} hold a permit. Advice that a bean has
 * already, such as that of transactions, stays around it.
 */
@SuppressWarnings("serial") // as every proxy configuration, and as little serialized
final class InFlightWorkPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

	InFlightWorkPostProcessor(ObjectProvider<DrainGate> gate, boolean proxyTargetClass) {
		setProxyTargetClass(proxyTargetClass);
		// Before those that take methods for schedules and listeners, which come last.
		setOrder(Ordered.LOWEST_PRECEDENCE - 10);
		this.advisor = new DefaultPointcutAdvisor(new AnnotationMatchingPointcut(null, InFlightWork.class, true),
				new InFlightWorkInterceptor(gate));
	}

}
