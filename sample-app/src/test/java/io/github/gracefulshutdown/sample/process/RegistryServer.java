package io.github.gracefulshutdown.sample.process;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;

/** The Eureka server that instances register with and callers follow. */
@EnableAutoConfiguration
@EnableEurekaServer
public class RegistryServer {

	public static void main(String[] args) {
		new SpringApplicationBuilder(RegistryServer.class).properties("spring.config.name=registry").run(args);
	}

}
