package io.github.gracefulshutdown.autoconfigure.registry;

import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link RegistryKind}. */
class RegistryKindTests {

	@ParameterizedTest
	@CsvSource({ "EUREKA, eureka.client.register-with-eureka", "CONSUL, spring.cloud.consul.discovery.register",
			"ZOOKEEPER, spring.cloud.zookeeper.discovery.register",
			"NACOS, spring.cloud.nacos.discovery.register-enabled" })
	void registersUnlessItsPropertySaysNo(RegistryKind kind, String property) {
		StandardEnvironment environment = new StandardEnvironment();
		assertThat(kind.isRegistering(environment)).isTrue();
		environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of(property, "false")));
		assertThat(kind.isRegistering(environment)).isFalse();
	}

}
