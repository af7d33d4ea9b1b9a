package io.github.gracefulshutdown.autoconfigure;

import java.lang.reflect.Method;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.io.ResourceLoader;
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
		ClassLoader classLoader = context.getClassLoader();
		ResourceLoader application = context.getResourceLoader();
		if (!ClassUtils.isPresent(WEB, classLoader)) {
			return true;
		}
		Class<?> web = ClassUtils.resolveClassName(WEB, classLoader);
		if (!web.isInstance(application)) {
			return true;
		}
		// Before the refresh only a container has given the application its own.
		Method servletContext = ClassUtils.getMethod(web, "getServletContext");
		return ReflectionUtils.invokeMethod(servletContext, application) == null;
	}

}
