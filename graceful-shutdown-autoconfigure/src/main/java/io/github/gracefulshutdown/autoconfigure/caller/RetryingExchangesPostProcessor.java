package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.List;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerExchangeFilterFunction;
import org.springframework.cloud.client.loadbalancer.reactive.RetryableLoadBalancerExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * Stands around the filters of Spring Cloud that choose an instance, which every
 * {@code WebClient} that is balanced has, in whatever way it was made. They keep their
 * types, because applications ask for them by these.
 */
final class RetryingExchangesPostProcessor implements BeanPostProcessor {

	private final ObjectProvider<RetryingExchanges> exchanges;

	RetryingExchangesPostProcessor(ObjectProvider<RetryingExchanges> exchanges) {
		this.exchanges = exchanges;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean.getClass() == ReactorLoadBalancerExchangeFilterFunction.class) {
			return new RetryingFilter((ReactorLoadBalancerExchangeFilterFunction) bean, this.exchanges.getObject());
		}
		if (bean.getClass() == RetryableLoadBalancerExchangeFilterFunction.class) {
			return new RetryingRetryableFilter((RetryableLoadBalancerExchangeFilterFunction) bean,
					this.exchanges.getObject());
		}
		return bean;
	}

	private static final class RetryingFilter extends ReactorLoadBalancerExchangeFilterFunction {

		private final ReactorLoadBalancerExchangeFilterFunction delegate;

		private final RetryingExchanges exchanges;

		RetryingFilter(ReactorLoadBalancerExchangeFilterFunction delegate, RetryingExchanges exchanges) {
			super(null, List.of());
			this.delegate = delegate;
			this.exchanges = exchanges;
		}

		@Override
		public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
			return this.exchanges.exchange(request, this.delegate, next);
		}

	}

	private static final class RetryingRetryableFilter extends RetryableLoadBalancerExchangeFilterFunction {

		private final RetryableLoadBalancerExchangeFilterFunction delegate;

		private final RetryingExchanges exchanges;

		RetryingRetryableFilter(RetryableLoadBalancerExchangeFilterFunction delegate, RetryingExchanges exchanges) {
			super(null, null, List.of());
			this.delegate = delegate;
			this.exchanges = exchanges;
		}

		@Override
		public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
			return this.exchanges.exchange(request, this.delegate, next);
		}

	}

}
