package io.github.gracefulshutdown.autoconfigure.netty;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.util.ReflectionUtils;

/**
 * Gives Spring Boot's factory of Reactor Netty a customizer, which is a function of the
 * server. Its type and the factory's are not the same in the lines of Spring Boot, but
 * the name of the method is. The factories of other servers are left alone.
 */
final class NettyServerFactoryCustomizer implements WebServerFactoryCustomizer<ConfigurableWebServerFactory> {

	private final UnaryOperator<HttpServer> customizer;

	NettyServerFactoryCustomizer(UnaryOperator<HttpServer> customizer) {
		this.customizer = customizer;
	}

	@Override
	public void customize(ConfigurableWebServerFactory factory) {
		Method add = ReflectionUtils.findMethod(factory.getClass(), "addServerCustomizers", (Class<?>[]) null);
		Class<?> type = (add != null) ? add.getParameterTypes()[0].getComponentType() : null;
		if (add != null && type != null && Function.class.isAssignableFrom(type)) {
			Object customizers = Array.newInstance(type, 1);
			Array.set(customizers, 0, Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
					(InvocationHandler) this::invoke));
			ReflectionUtils.invokeMethod(add, factory, customizers);
		}
	}

	private @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		if (method.getName().equals("apply") && arguments != null) {
			return this.customizer.apply((HttpServer) Objects.requireNonNull(arguments[0]));
		}
		if (method.isDefault()) {
			return InvocationHandler.invokeDefault(proxy, method, arguments);
		}
		return method.invoke(this, arguments);
	}

}
