package io.github.gracefulshutdown.autoconfigure.registry;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link RegistryKind}. */
class RegistryKindTests {

	@ParameterizedTest
	@CsvSource({ "EUREKA, eureka.client.register-with-eureka", "CONSUL, spring.cloud.consul.discovery.register",
			"ZOOKEEPER, spring.cloud.zookeeper.discovery.register",
			"NACOS, spring.cloud.nacos.discovery.register-enabled" })
	void registersUnlessItsPropertySaysNo(RegistryKind kind, String property) {
		assertThat(kind.isRegistering(new MockEnvironment())).isTrue();
		assertThat(kind.isRegistering(new MockEnvironment().withProperty(property, "false"))).isFalse();
	}

}
