package io.github.gracefulshutdown.registry;

import java.io.IOException;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests with ZooKeeper. */
class ZookeeperTests extends RegistryContract {

	private static TestingServer server;

	private static CuratorFramework curator;

	@BeforeAll
	static void startServer() throws Exception {
		server = new TestingServer();
		curator = CuratorFrameworkFactory.newClient(server.getConnectString(), new RetryOneTime(100));
		curator.start();
	}

	@AfterAll
	static void stopServer() throws IOException {
		curator.close();
		server.close();
	}

	@Override
	String[] properties() {
		return properties(server.getConnectString());
	}

	static String[] properties(String address) {
		return new String[] { "spring.cloud.zookeeper.enabled=true", "spring.cloud.zookeeper.connect-string=" + address,
				"spring.cloud.zookeeper.discovery.instance-host=localhost" };
	}

	@Override
	String notRegistering() {
		return "spring.cloud.zookeeper.discovery.register=false";
	}

	@Override
	String registry() {
		return "ZookeeperServiceRegistry";
	}

	@Override
	boolean isInRotation(RunningApplication application) {
		return isListed(curator);
	}

	static boolean isListed(CuratorFramework curator) {
		try {
			return curator.checkExists().forPath("/services/orders") != null
					&& !curator.getChildren().forPath("/services/orders").isEmpty();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	boolean isRemoved(RunningApplication application) {
		return !isInRotation(application);
	}

}
