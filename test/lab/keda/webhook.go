package main

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/go-logr/logr"
	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	conversionhook "sigs.k8s.io/controller-runtime/pkg/webhook/conversion"
)

// byWebhook runs KEDA's admission webhook on a new ScaledObject, in a namespace that has its workload.
func byWebhook(object *kedav1alpha1.ScaledObject, workload []byte) error {
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	if err := kedav1alpha1.AddToScheme(scheme); err != nil {
		return err
	}
	var deployment appsv1.Deployment
	if err := json.Unmarshal(workload, &deployment); err != nil {
		return err
	}
	mapper := meta.NewDefaultRESTMapper(nil)
	mapper.Add(appsv1.SchemeGroupVersion.WithKind("Deployment"), meta.RESTScopeNamespace)
	builder := fake.NewClientBuilder().WithScheme(scheme).WithRESTMapper(mapper).WithObjects(&deployment)
	host := &onlyWebhooks{builder: builder, scheme: scheme, mapper: mapper}
	if err := object.SetupWebhookWithManager(host, false); err != nil {
		return err
	}
	dryRun := false
	_, err := object.ValidateCreate(&dryRun)
	return err
}

// onlyWebhooks is a manager with just what the setup of a webhook uses; everything else is absent.
type onlyWebhooks struct {
	manager.Manager
	builder *fake.ClientBuilder
	scheme  *runtime.Scheme
	mapper  meta.RESTMapper
	client  client.Client
}

func (host *onlyWebhooks) IndexField(
	_ context.Context, object client.Object, field string, extract client.IndexerFunc,
) error {
	host.builder.WithIndex(object, field, extract)
	return nil
}

func (host *onlyWebhooks) GetFieldIndexer() client.FieldIndexer { return host }
func (host *onlyWebhooks) GetRESTMapper() meta.RESTMapper       { return host.mapper }
func (host *onlyWebhooks) GetScheme() *runtime.Scheme           { return host.scheme }
func (host *onlyWebhooks) GetConfig() *rest.Config              { return &rest.Config{} }
func (host *onlyWebhooks) GetHTTPClient() *http.Client          { return http.DefaultClient }
func (host *onlyWebhooks) GetLogger() logr.Logger               { return logr.Discard() }
func (host *onlyWebhooks) GetEventRecorder(string) events.EventRecorder {
	return events.NewFakeRecorder(8)
}
func (host *onlyWebhooks) GetWebhookServer() webhook.Server {
	return webhook.NewServer(webhook.Options{})
}
func (host *onlyWebhooks) GetConverterRegistry() conversionhook.Registry {
	return conversionhook.NewRegistry()
}
func (host *onlyWebhooks) GetClient() client.Client {
	if host.client == nil {
		host.client = host.builder.Build()
	}
	return host.client
}
