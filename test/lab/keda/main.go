// Runs KEDA's own admission and cron scaler on ScaledObjects. It reads one object as JSON from standard input and writes what KEDA says
// as JSON: why the schema of its CustomResourceDefinition or its webhook refuses the object, and for each cron trigger the pods that
// it keeps at the given times.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"gitops-tortoise.example/lab/keda/cron"

	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scalers/scalersconfig"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"sigs.k8s.io/yaml"
)

type request struct {
	// The ScaledObject, and the workload that it scales.
	ScaledObject json.RawMessage `json:"scaledObject"`
	Workload     json.RawMessage `json:"workload"`
	// Seconds since 1970.
	Times []int64 `json:"times"`
}

type response struct {
	// Empty when the object is accepted.
	Refused []string `json:"refused"`
	// The pods that each cron trigger keeps at each time.
	Cron map[string][]float64 `json:"cron"`
}

func main() {
	if err := run(os.Stdin, os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, crd string) error {
	var asked request
	if err := json.NewDecoder(in).Decode(&asked); err != nil {
		return err
	}
	refused, err := bySchema(crd, asked.ScaledObject)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return json.NewEncoder(out).Encode(response{Refused: refused, Cron: map[string][]float64{}})
	}
	var object kedav1alpha1.ScaledObject
	if err := json.Unmarshal(asked.ScaledObject, &object); err != nil {
		return err
	}
	if err := byWebhook(&object, asked.Workload); err != nil {
		refused = append(refused, err.Error())
	}
	answer := response{Refused: refused, Cron: map[string][]float64{}}
	for index, trigger := range object.Spec.Triggers {
		if trigger.Type != "cron" {
			continue
		}
		pods, err := podsAt(index, trigger, asked.Times)
		if err != nil {
			answer.Refused = append(answer.Refused, err.Error())
			continue
		}
		answer.Cron[trigger.Name] = pods
	}
	return json.NewEncoder(out).Encode(answer)
}

// bySchema validates an object by the schema of its CustomResourceDefinition, with the code of the API server. A field that the schema
// does not know is refused too, which the API server does with strict validation.
func bySchema(file string, raw []byte) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var definition apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(text, &definition); err != nil {
		return nil, err
	}
	var internal apiextensions.CustomResourceValidation
	if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(
		definition.Spec.Versions[0].Schema, &internal, nil); err != nil {
		return nil, err
	}
	validator, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, err
	}
	refused := []string{}
	for _, problem := range validation.ValidateCustomResource(nil, object, validator) {
		refused = append(refused, problem.Error())
	}
	structural, err := schema.NewStructural(internal.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	options := schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, path := range pruning.PruneWithOptions(object, structural, true, options) {
		refused = append(refused, "unknown field "+path)
	}
	return refused, nil
}

// podsAt runs KEDA's cron scaler at some times.
func podsAt(index int, trigger kedav1alpha1.ScaleTriggers, times []int64) ([]float64, error) {
	scaler, err := cron.NewCronScaler(&scalersconfig.ScalerConfig{
		TriggerIndex:    index,
		TriggerName:     trigger.Name,
		TriggerMetadata: trigger.Metadata,
		MetricType:      trigger.MetricType,
	})
	if err != nil {
		return nil, err
	}
	pods := []float64{}
	for _, at := range times {
		cron.Clock = func() time.Time { return time.Unix(at, 0) }
		values, _, err := scaler.GetMetricsAndActivity(context.Background(), "cron")
		if err != nil {
			return nil, err
		}
		pods = append(pods, values[0].Value.AsApproximateFloat64())
	}
	return pods, nil
}
