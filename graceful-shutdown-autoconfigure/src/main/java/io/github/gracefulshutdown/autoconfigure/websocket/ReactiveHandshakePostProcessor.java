package io.github.gracefulshutdown.autoconfigure.websocket;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;
import org.springframework.web.server.ServerWebExchange;

/**
 * Has the handshakes of WebSockets count that go through the beans that Spring has for
 * them: the adapter for handlers with a path, and the service, which applications and
 * gateways call.
 */
@SuppressWarnings("serial") // as every proxy configuration, and as little serialized
final class ReactiveHandshakePostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

	ReactiveHandshakePostProcessor(ObjectProvider<ReactiveSessions> sessions) {
		this.advisor = new DefaultPointcutAdvisor(new Handshakes(), new HandshakeInterceptor(sessions));
	}

	@Override
	protected ProxyFactory prepareProxyFactory(Object bean, String beanName) {
		ProxyFactory factory = super.prepareProxyFactory(bean, beanName);
		factory.setProxyTargetClass(!Modifier.isFinal(bean.getClass().getModifiers()));
		return factory;
	}

	/** The methods that take an exchange and the handler of the session. */
	private static final class Handshakes extends StaticMethodMatcherPointcut {

		Handshakes() {
			setClassFilter((type) -> WebSocketService.class.isAssignableFrom(type)
					|| WebSocketHandlerAdapter.class.isAssignableFrom(type));
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return method.getName().equals("handleRequest") || method.getName().equals("handle");
		}

	}

	private static final class HandshakeInterceptor implements MethodInterceptor {

		private final SingletonSupplier<ReactiveSessions> sessions;

		HandshakeInterceptor(ObjectProvider<ReactiveSessions> sessions) {
			this.sessions = SingletonSupplier.of(sessions::getObject);
		}

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			@Nullable Object[] arguments = invocation.getArguments();
			if (arguments.length != 2 || !(arguments[0] instanceof ServerWebExchange exchange)
					|| !(arguments[1] instanceof WebSocketHandler handler) || handler instanceof ReactiveHandshake) {
				return invocation.proceed();
			}
			ReactiveHandshake handshake = new ReactiveHandshake(handler, this.sessions.obtain(),
					exchange.getRequest().getPath().value());
			arguments[1] = handshake;
			return (invocation.proceed() instanceof Mono<?> upgrade) ? handshake.count(upgrade) : null;
		}

	}

}
