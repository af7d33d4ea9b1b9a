package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.List;

import io.github.gracefulshutdown.autoconfigure.Announcement;
import io.github.gracefulshutdown.autoconfigure.AnnouncementSource;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;

import org.springframework.beans.factory.ObjectProvider;

/** The overall status of the gRPC server in the standard health service. */
final class GrpcHealthSource implements AnnouncementSource {

	private final ObjectProvider<HealthStatusManager> managers;

	GrpcHealthSource(ObjectProvider<HealthStatusManager> managers) {
		this.managers = managers;
	}

	@Override
	public List<Announcement> announcements() {
		return this.managers.stream().<Announcement>map(GrpcHealth::new).toList();
	}

	private record GrpcHealth(HealthStatusManager manager) implements Announcement {

		@Override
		public String name() {
			return "gRPC health";
		}

		@Override
		public void withdraw() {
			this.manager.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
		}

		@Override
		public void restore() {
			this.manager.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
		}

		/** Who asks is answered at once; whether anybody asks is not known. */
		@Override
		public boolean isFollowedByCallers() {
			return false;
		}

	}

}
