package io.github.gracefulshutdown.autoconfigure.work;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.GateClosedException;
import io.github.gracefulshutdown.InFlightWork;
import io.github.gracefulshutdown.Permit;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.annotation.Schedules;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/** Has the execution of a method hold a permit until what it has begun has ended. */
final class InFlightWorkInterceptor implements MethodInterceptor {

	private static final Logger logger = LoggerFactory.getLogger(InFlightWorkInterceptor.class);

	private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Flux",
			InFlightWorkInterceptor.class.getClassLoader());

	private final SingletonSupplier<DrainGate> gate;

	InFlightWorkInterceptor(ObjectProvider<DrainGate> gate) {
		this.gate = SingletonSupplier.of(gate::getObject);
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Method method = AopUtils.getMostSpecificMethod(invocation.getMethod(), targetClass(invocation));
		InFlightWork work = AnnotatedElementUtils.findMergedAnnotation(method, InFlightWork.class);
		Assert.state(work != null, () -> method + " is not marked as work in flight");
		String description = ClassUtils.getShortName(method.getDeclaringClass()) + "." + method.getName();
		if (REACTOR_PRESENT && ReactiveWork.isReturnedBy(method)) {
			return ReactiveWork.hold(invocation.proceed(), (outer) -> enter(outer, work.value(), description));
		}
		Permit permit;
		try {
			permit = this.gate.obtain().enter(work.value(), description);
		}
		catch (GateClosedException ex) {
			if (!isScheduled(method)) {
				throw ex;
			}
			logger.debug("A scheduled run was left out", ex);
			return null;
		}
		return proceed(invocation, permit);
	}

	private Permit enter(@Nullable Permit outer, String kind, String description) {
		DrainGate gate = this.gate.obtain();
		return (outer != null) ? gate.enter(outer, kind, description) : gate.enter(kind, description);
	}

	private static @Nullable Class<?> targetClass(MethodInvocation invocation) {
		Object target = invocation.getThis();
		return (target != null) ? AopUtils.getTargetClass(target) : null;
	}

	private static @Nullable Object proceed(MethodInvocation invocation, Permit permit) throws Throwable {
		boolean goesOn = false;
		try {
			Object result = invocation.proceed();
			if (result instanceof CompletionStage<?> stage) {
				goesOn = true;
				return stage.whenComplete((value, ex) -> permit.close());
			}
			return result;
		}
		finally {
			if (!goesOn) {
				permit.close();
			}
		}
	}

	/** Nobody waits for the run, and the next instance has a schedule of its own. */
	private static boolean isScheduled(Method method) {
		return method.getReturnType() == void.class && (AnnotatedElementUtils.hasAnnotation(method, Scheduled.class)
				|| AnnotatedElementUtils.hasAnnotation(method, Schedules.class));
	}

}
