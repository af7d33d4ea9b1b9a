package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link Platform} and {@link PlatformReader}. */
class PlatformTests {

	private final PlainEnvironment environment = new PlainEnvironment();

	private final GracefulShutdownProperties properties = new GracefulShutdownProperties();

	@TempDir
	Path root;

	@ParameterizedTest
	@CsvSource({ "AWS_EXECUTION_ENV, AWS_ECS_FARGATE, AWS_ECS", "AWS_EXECUTION_ENV, AWS_ECS_EC2, AWS_ECS",
			"ECS_CONTAINER_METADATA_URI_V4, http://169.254.170.2/v4/1, AWS_ECS", "VCAP_APPLICATION, {}, CLOUD_FOUNDRY",
			"NOMAD_ALLOC_ID, 1, NOMAD", "spring.main.cloud-platform, kubernetes, KUBERNETES",
			"spring.main.cloud-platform, aws-ecs, AWS_ECS", "spring.main.cloud-platform, AWS_ECS, AWS_ECS" })
	void isTheSameOnEveryLineOfSpringBoot(String mark, String value, Platform platform) {
		this.environment.set(mark, value);
		assertThat(Platform.cloud(this.environment)).isEqualTo(platform);
		assertThat(Platform.isCloud(this.environment)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "AWS_EXECUTION_ENV, AWS_Lambda_java17", "some.property, true" })
	void isNoneWithoutAMark(String name, String value) {
		this.environment.set(name, value);
		assertThat(Platform.cloud(this.environment)).isNull();
		assertThat(Platform.isCloud(this.environment)).isFalse();
	}

	@Test
	void isTheOneThatIsNamedWhateverTheMarks() {
		this.environment.set("AWS_EXECUTION_ENV", "AWS_ECS_FARGATE");
		this.environment.set("spring.main.cloud-platform", "none");
		assertThat(Platform.cloud(this.environment)).isNull();
		assertThat(Platform.isCloud(this.environment)).isFalse();
		this.environment.set("spring.main.cloud-platform", "nomad");
		assertThat(Platform.cloud(this.environment)).isEqualTo(Platform.NOMAD);
	}

	@Test
	void othersOfSpringBootAreCloudPlatformsToo() {
		this.environment.set("DYNO", "web.1");
		assertThat(Platform.cloud(this.environment)).isNull();
		assertThat(Platform.isCloud(this.environment)).isTrue();
	}

	@Test
	void theTimeoutOfAUnitIsKnown() throws IOException {
		assertThat(read("MainPID=7\nTimeoutStopUSec=20s\n")).isEqualTo(new GracePeriod(Duration.ofSeconds(20), true,
				"TimeoutStopSec of orders.service is", Platform.SYSTEMD, null));
		assertThat(Platform.SYSTEMD.setting(26)).isEqualTo("TimeoutStopSec=26 in the unit");
	}

	@Test
	void aUnitThatIsNeverKilledHasNoGracePeriod() throws IOException {
		assertThat(read("MainPID=7\nTimeoutStopUSec=infinity\n")).isNull();
	}

	@Test
	void aGracePeriodThatIsSetIsTakenForWhatIsSeen() throws IOException {
		this.environment.set("NOMAD_ALLOC_ID", "1");
		this.properties.getPlatform().setGracePeriod(Duration.ofSeconds(40));
		assertThat(read("MainPID=7\nTimeoutStopUSec=20s\n")).isEqualTo(new GracePeriod(Duration.ofSeconds(40), true,
				"the grace period of the platform is", Platform.NOMAD, null));
	}

	@Test
	void thereIsNoGracePeriodWithoutAnySign() {
		assertThat(reader(null).gracePeriod()).isNull();
	}

	private @Nullable GracePeriod read(String shown) throws IOException {
		Files.createDirectories(this.root.resolve("proc/self"));
		Files.writeString(this.root.resolve("proc/self/cgroup"), "0::/system.slice/orders.service\n");
		Files.writeString(this.root.resolve("proc/self/stat"), "7 (java) S 1 7 7 0 -1");
		return reader(shown).gracePeriod();
	}

	private PlatformReader reader(@Nullable String shown) {
		return new PlatformReader(this.environment, this.properties.getPlatform(), () -> null,
				new SystemdUnit(this.root.resolve("proc"), (command) -> shown), new ContainerMarks(this.root));
	}

}
