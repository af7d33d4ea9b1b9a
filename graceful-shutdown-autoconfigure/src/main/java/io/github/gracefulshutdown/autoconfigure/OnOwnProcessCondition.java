package io.github.gracefulshutdown.autoconfigure;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Matches unless the application is a WAR in a container, which has the process. Unlike
 * Spring Boot's condition for that it needs no Spring Web.
 */
final class OnOwnProcessCondition implements Condition {

	private static final String WEB = "org.springframework.web.context.WebApplicationContext";

	@Override
	public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
		return isOwnProcess(context.getResourceLoader(), context.getClassLoader());
	}

	/**
	 * Returns whether the process is that of the application, or of its parents.
	 * @param application the application, before its refresh
	 */
	static boolean isOwnProcess(@Nullable Object application, @Nullable ClassLoader classLoader) {
		if (!ClassUtils.isPresent(WEB, classLoader)) {
			return true;
		}
		Class<?> web = ClassUtils.resolveClassName(WEB, classLoader);
		Object current = application;
		while (current instanceof ApplicationContext context) {
			if (web.isInstance(context) && isInContainer(web, context)) {
				return false;
			}
			current = context.getParent();
		}
		return true;
	}

	// Before the refresh only a container has given the application its own.
	private static boolean isInContainer(Class<?> web, ApplicationContext context) {
		Method servletContext = ClassUtils.getMethod(web, "getServletContext");
		return ReflectionUtils.invokeMethod(servletContext, context) != null;
	}

}
