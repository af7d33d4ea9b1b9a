package io.github.gracefulshutdown.autoconfigure.netty;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.http.server.HttpServer;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Gives Spring Boot's factory of Reactor Netty a customizer, which is a function of the
 * server. Its type and the factory's are not the same in the lines of Spring Boot, but
 * the name of the method is. The factories of other servers are left alone.
 */
final class NettyServerFactoryPostProcessor implements BeanPostProcessor {

	/** Name of what all factories of servers are: by it, because it has moved. */
	static final String FACTORY = "org.springframework.boot.web.server.WebServerFactory";

	private static final Logger logger = LoggerFactory.getLogger(NettyServerFactoryPostProcessor.class);

	private final Class<?> factoryType = ClassUtils.resolveClassName(FACTORY, getClass().getClassLoader());

	private final UnaryOperator<HttpServer> customizer;

	NettyServerFactoryPostProcessor(UnaryOperator<HttpServer> customizer) {
		this.customizer = customizer;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (this.factoryType.isInstance(bean)) {
			customize(bean);
		}
		return bean;
	}

	private void customize(Object factory) {
		Method add = ReflectionUtils.findMethod(factory.getClass(), "addServerCustomizers", (Class<?>[]) null);
		Class<?> type = (add != null) ? add.getParameterTypes()[0].getComponentType() : null;
		if (add != null && type != null && Function.class.isAssignableFrom(type)) {
			try {
				Object customizers = Array.newInstance(type, 1);
				Array.set(customizers, 0, Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
						(InvocationHandler) this::invoke));
				ReflectionUtils.invokeMethod(add, factory, customizers);
			}
			catch (RuntimeException | Error ex) { // the server serves without it
				logger.warn("The connections of Reactor Netty cannot be seen: a drain does not wait for requests on "
						+ "their way, and does not close idle connections in time", ex);
			}
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
