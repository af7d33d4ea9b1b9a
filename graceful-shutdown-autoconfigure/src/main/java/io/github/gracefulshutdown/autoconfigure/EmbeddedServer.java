package io.github.gracefulshutdown.autoconfigure;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.util.ReflectionUtils;

/**
 * Way to the server that Spring Boot runs for an application. Its own classes around the
 * servers are not the same in its lines, but the two methods that lead from the context
 * to the server are, so they are called by name.
 */
public final class EmbeddedServer {

	private EmbeddedServer() {
	}

	/**
	 * Returns the server of the application itself: that of a management port of its own
	 * is another one, and so is one that the application was deployed to.
	 * @param <T> the type of the server
	 * @param context the context of the application, refreshed so far that its server was
	 * made
	 * @param getter the method of Spring Boot's web server that returns the server
	 * @param type the type of the server
	 * @return the server, or {@code null} if there is none or it is of another kind
	 */
	public static <T> @Nullable T find(ApplicationContext context, String getter, Class<T> type) {
		Object webServer = get(context, "getWebServer");
		Object server = (webServer != null) ? get(webServer, getter) : null;
		return type.isInstance(server) ? type.cast(server) : null;
	}

	/** Returns whether the application has a server of its own. */
	static boolean isIn(ApplicationContext context) {
		return get(context, "getWebServer") != null;
	}

	static @Nullable Object get(Object target, String name) {
		Method method = ReflectionUtils.findMethod(target.getClass(), name);
		if (method == null) {
			return null;
		}
		ReflectionUtils.makeAccessible(method);
		return ReflectionUtils.invokeMethod(method, target);
	}

}
