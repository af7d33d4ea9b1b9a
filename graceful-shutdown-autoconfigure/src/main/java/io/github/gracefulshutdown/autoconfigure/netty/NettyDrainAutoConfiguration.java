package io.github.gracefulshutdown.autoconfigure.netty;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import reactor.netty.http.server.HttpServer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;

/** {@link EnableAutoConfiguration Auto-configuration} for draining Reactor Netty. */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(value = HttpServer.class, name = NettyServerFactoryPostProcessor.FACTORY)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
public final class NettyDrainAutoConfiguration {

	@Bean
	NettyRequestIntake gracefulShutdownNettyRequestIntake(ShutdownSequence sequence, InstanceId instance) {
		return new NettyRequestIntake(sequence, instance);
	}

	@Bean
	static NettyServerFactoryPostProcessor gracefulShutdownNettyServerFactoryPostProcessor(
			ObjectProvider<NettyRequestIntake> intake) {
		return new NettyServerFactoryPostProcessor((server) -> intake.getObject().observe(server));
	}

}
