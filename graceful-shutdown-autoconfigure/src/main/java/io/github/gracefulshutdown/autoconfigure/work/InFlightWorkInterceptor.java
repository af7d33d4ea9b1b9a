package io.github.gracefulshutdown.autoconfigure.work;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.InFlightWork;
import io.github.gracefulshutdown.Permit;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/** Has the execution of a method hold a permit until what it has begun has ended. */
final class InFlightWorkInterceptor implements MethodInterceptor {

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
		return proceed(invocation, this.gate.obtain().enter(work.value(), description));
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
				permit.leaveHere();
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

}
