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
import org.springframework.context.annotation.Bean;

/** {@link EnableAutoConfiguration Auto-configuration} for draining Reactor Netty. */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(value = HttpServer.class, name = NettyServerFactoryPostProcessor.FACTORY)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBean(ShutdownSequence.class)
public final class NettyDrainAutoConfiguration {

	@Bean
	NettyRequestIntake nettyRequestIntake(ShutdownSequence sequence, InstanceId instance) {
		return new NettyRequestIntake(sequence, instance);
	}

	@Bean
	static NettyServerFactoryPostProcessor nettyServerFactoryPostProcessor(ObjectProvider<NettyRequestIntake> intake) {
		return new NettyServerFactoryPostProcessor((server) -> intake.getObject().observe(server));
	}

}
